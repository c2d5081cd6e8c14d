// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.access;

import io.anteroom.net.TrustedProxies;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.List;

/**
 * Where a request comes from.
 *
 * @param address the client's address, IPv6 by /64
 * @param isSecure whether it came over TLS, as far as the server or a trusted proxy knows
 * @param isLocal whether it came from this machine and nobody passed it on
 */
public record Source(String address, boolean isSecure, boolean isLocal) {
    /** The source of a request. */
    public static Source of(HttpServletRequest request, TrustedProxies proxies) {
        String peer = request.getRemoteAddr();
        List<String> forwarded = values(request, "Forwarded");
        List<String> forwardedFor = values(request, "X-Forwarded-For");
        boolean isPassedOn = !forwarded.isEmpty() || !forwardedFor.isEmpty() || request.getHeader("Via") != null;
        boolean isSecure = request.isSecure()
                || (proxies.trusts(peer) && "https".equalsIgnoreCase(request.getHeader("X-Forwarded-Proto")));
        String address = proxies.client(peer, forwarded, forwardedFor);
        return new Source(address, isSecure, isLoopback(peer) && !isPassedOn);
    }

    /** By what those are counted together who have not proved who they are. */
    String network() {
        return "network " + address;
    }

    private static List<String> values(HttpServletRequest request, String name) {
        return Collections.list(request.getHeaders(name));
    }

    private static boolean isLoopback(String peer) {
        String plain = peer.startsWith("[") && peer.endsWith("]") ? peer.substring(1, peer.length() - 1) : peer;
        return plain.startsWith("127.") || plain.equals("::1") || plain.equals("0:0:0:0:0:0:0:1");
    }
}
