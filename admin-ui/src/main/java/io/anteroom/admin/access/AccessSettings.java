// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.access;

import io.anteroom.admin.store.StoredSession;
import io.anteroom.net.TrustedProxies;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;

/**
 * How the administration is guarded.
 *
 * @param node the name of this server in the audit log
 * @param hosts the names under which it may be called besides loopback, without port; {@code *} for any
 * @param proxies whose word counts on where a request comes from
 * @param allowsInsecureHttp whether passwords are taken over plain HTTP from other machines
 * @param idle after which an unused session ends
 * @param longest after which every session ends
 * @param freshFor how long a session may change users and tokens after its user has given the password
 * @param tokenLife how long a token counts that does not say
 * @param requestsPerMinute how much one token, session or anonymous network may ask for
 */
public record AccessSettings(
        String node,
        Set<String> hosts,
        TrustedProxies proxies,
        boolean allowsInsecureHttp,
        Duration idle,
        Duration longest,
        Duration freshFor,
        Duration tokenLife,
        Rates requestsPerMinute) {
    /** The longest life of a token. */
    public static final Duration LONGEST_TOKEN_LIFE = Duration.ofDays(366);

    /** Loopback only, 30 minutes idle, 12 hours in all, tokens for 90 days, 60 requests a minute for each. */
    public static final AccessSettings DEFAULT = new AccessSettings(
            "local",
            Set.of(),
            TrustedProxies.NONE,
            false,
            Duration.ofMinutes(30),
            Duration.ofHours(12),
            Duration.ofMinutes(5),
            Duration.ofDays(90),
            Rates.DEFAULT);

    /**
     * How many requests a minute.
     *
     * @param token of one token
     * @param session of one session, whose pages ask for many things at once
     * @param anonymous of one network without either
     */
    public record Rates(int token, int session, int anonymous) {
        /** 60, 600, 60. */
        public static final Rates DEFAULT = new Rates(60, 600, 60);

        /** Checks the bounds. */
        public Rates {
            check("requests-per-minute.token", token);
            check("requests-per-minute.session", session);
            check("requests-per-minute.anonymous", anonymous);
        }

        private static void check(String key, int value) {
            if (value < 1 || value > 1_000_000) {
                throw new IllegalArgumentException(key + ": " + value + " (expected: from 1 to 1000000)");
            }
        }
    }

    /** Copies the hosts, and checks the bounds. */
    public AccessSettings {
        hosts = Set.copyOf(hosts);
        check("session.idle", idle, longest);
        check("session.longest", longest, Duration.ofDays(7));
        check("session.fresh-for", freshFor, longest);
        check("token-life", tokenLife, LONGEST_TOKEN_LIFE);
    }

    private static void check(String key, Duration value, Duration most) {
        if (value.isNegative() || value.isZero() || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(key + ": " + value + " (expected: more than 0, at most " + most + ")");
        }
    }

    /** Whether a session has not been used for too long, or has lasted for as long as any may. */
    boolean isOver(StoredSession session, Instant now) {
        return now.isAfter(session.lastSeen().plus(idle))
                || now.isAfter(session.created().plus(longest));
    }

    /** The same under another name. */
    public AccessSettings withNode(String node) {
        return new AccessSettings(
                node, hosts, proxies, allowsInsecureHttp, idle, longest, freshFor, tokenLife, requestsPerMinute);
    }

    /** The same that may be called by these names too. */
    public AccessSettings withHosts(Set<String> hosts) {
        return new AccessSettings(
                node, hosts, proxies, allowsInsecureHttp, idle, longest, freshFor, tokenLife, requestsPerMinute);
    }

    /** The same behind these proxies. */
    public AccessSettings withProxies(TrustedProxies proxies) {
        return new AccessSettings(
                node, hosts, proxies, allowsInsecureHttp, idle, longest, freshFor, tokenLife, requestsPerMinute);
    }

    /** The same that takes passwords over plain HTTP from other machines, or does not. */
    public AccessSettings withInsecureHttp(boolean allowed) {
        return new AccessSettings(node, hosts, proxies, allowed, idle, longest, freshFor, tokenLife, requestsPerMinute);
    }

    /** The same with other ends of sessions. */
    public AccessSettings withSessions(Duration idle, Duration longest) {
        return new AccessSettings(
                node, hosts, proxies, allowsInsecureHttp, idle, longest, freshFor, tokenLife, requestsPerMinute);
    }

    /** The same with other rates. */
    public AccessSettings withRates(Rates rates) {
        return new AccessSettings(node, hosts, proxies, allowsInsecureHttp, idle, longest, freshFor, tokenLife, rates);
    }
}
