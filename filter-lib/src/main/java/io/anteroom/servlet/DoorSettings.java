// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import io.anteroom.event.QueueListener;
import io.anteroom.net.TrustedProxies;
import io.anteroom.protocol.ProtocolSettings;
import io.anteroom.rate.RateLimits;
import java.time.Duration;
import java.util.Map;

/**
 * What a front door is made of.
 *
 * @param routes which requests wait for which pool
 * @param callers who sends a request
 * @param policies what a caller may ask for, by its identity
 * @param rates how much callers may use
 * @param proxies whose word about the client's address counts
 * @param maxBufferedBody the largest body that is kept while its request waits, in bytes
 * @param commitAfter how long a streaming request waits before its answer is begun with status comments
 * @param heartbeat how long a begun stream is silent at most
 * @param writeIdle how long one write to a client may take
 * @param waitStrategy how requests wait
 * @param forceQueue whether every request goes the way of those that wait, for tests
 * @param probe whether the kernel's socket table is asked for clients that left
 * @param protocol what clients are told, and how
 * @param places how requests wait whose clients cannot be told anything
 * @param tickets tickets, and the resources at which clients ask how it stands
 * @param fallbacks where requests go on whose longest wait is over, by pool
 * @param listener told what happens
 */
public record DoorSettings(
        Routes routes,
        CallerResolver callers,
        PolicySource policies,
        RateLimits rates,
        TrustedProxies proxies,
        int maxBufferedBody,
        Duration commitAfter,
        Duration heartbeat,
        Duration writeIdle,
        WaitStrategy waitStrategy,
        boolean forceQueue,
        boolean probe,
        ProtocolSettings protocol,
        PlaceSettings places,
        TicketSettings tickets,
        Map<String, Fallback> fallbacks,
        QueueListener listener) {

    /** A listener that costs nothing. */
    public static final QueueListener NOBODY = event -> {};

    /** The largest bound for a body that is kept, in bytes: 1 GiB. */
    public static final int MAX_BUFFERED_BODY = 1 << 30;

    private static final Duration SHORTEST = Duration.ofMillis(100);
    private static final Duration MAX_COMMIT_AFTER = Duration.ofSeconds(45);
    private static final Duration MAX_HEARTBEAT = Duration.ofSeconds(30);

    /** Checks all bounds. */
    public DoorSettings {
        fallbacks = Map.copyOf(fallbacks);
        if (maxBufferedBody < 0 || maxBufferedBody > MAX_BUFFERED_BODY) {
            throw new IllegalArgumentException(
                    "max-buffered-body: " + maxBufferedBody + " (expected: from 0 to " + MAX_BUFFERED_BODY + ")");
        }
        checkCommitAfter(commitAfter);
        checkHeartbeat(heartbeat);
        checkWriteIdle(writeIdle);
    }

    /** Throws an {@link IllegalArgumentException} unless a {@code commit-after} is within its bounds. */
    public static void checkCommitAfter(Duration value) {
        check("commit-after", value, Duration.ZERO, MAX_COMMIT_AFTER);
    }

    /** The same for a {@code heartbeat}. */
    public static void checkHeartbeat(Duration value) {
        check("heartbeat", value, SHORTEST, MAX_HEARTBEAT);
    }

    /** The same for a {@code write-idle}. */
    public static void checkWriteIdle(Duration value) {
        check("write-idle", value, SHORTEST, Duration.ofHours(1));
    }

    /** Throws an {@link IllegalArgumentException} unless a value is within bounds. */
    public static void check(String key, Duration value, Duration min, Duration max) {
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw new IllegalArgumentException(key + ": " + value + " (expected: from " + min + " to " + max + ")");
        }
    }
}
