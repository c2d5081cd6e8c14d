// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import org.jspecify.annotations.Nullable;

/**
 * Who sends a request. The key names the flow, the unit of fairness; the IP address is only a bound, because many
 * callers can share one.
 *
 * @param key the flow: a hashed API key, or the IP address of a caller without one
 * @param ip the network address, IPv6 by /64
 * @param weight the flow's share beside other flows of its level, 1 to 1000
 * @param limits the key's own limits, or null for the pool's {@link PoolSettings#perKey()}
 */
public record Caller(
        String key, String ip, int weight, @Nullable CallerLimits limits) {
    /** Checks the weight, and that both names are of at most 256 characters. */
    public Caller {
        Bounds.check("key length", key.length(), 0, 256);
        Bounds.check("ip length", ip.length(), 0, 256);
        Bounds.check("weight", weight, 1, 1000);
    }

    /** A caller of weight 1 under the pool's own limits. */
    public static Caller of(String key, String ip) {
        return new Caller(key, ip, 1, null);
    }
}
