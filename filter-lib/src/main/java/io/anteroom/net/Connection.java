// SPDX-License-Identifier: Apache-2.0
package io.anteroom.net;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The four numbers of a TCP connection, as the kernel lists it on the server's side.
 *
 * @param localAddress the server's address, 4 bytes also if mapped into IPv6
 * @param localPort the server's port
 * @param remoteAddress the client's address
 * @param remotePort the client's port
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by content, below.
public record Connection(byte[] localAddress, int localPort, byte[] remoteAddress, int remotePort) {
    /** The connection between these, or null if an address is no IP literal. */
    public static @Nullable Connection of(
            @Nullable String localAddress, int localPort, @Nullable String remoteAddress, int remotePort) {
        byte[] local = localAddress == null ? null : IpAddress.parse(localAddress);
        byte[] remote = remoteAddress == null ? null : IpAddress.parse(remoteAddress);
        if (local == null || remote == null || localPort <= 0 || remotePort <= 0) {
            return null;
        }
        return new Connection(local, localPort, remote, remotePort);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Connection that
                && localPort == that.localPort
                && remotePort == that.remotePort
                && Arrays.equals(remoteAddress, that.remoteAddress)
                && Arrays.equals(localAddress, that.localAddress);
    }

    @Override
    public int hashCode() {
        return (localPort * 31 + remotePort) * 31 + Arrays.hashCode(remoteAddress);
    }
}
