// SPDX-License-Identifier: Apache-2.0
package io.anteroom.event;

import java.util.List;
import java.util.Map;

/**
 * Something that deserves somebody's attention and is not about one request: a queue is full, a backend is down, a node
 * has left. What webhooks are sent for.
 *
 * @param type what it is, a name of the field as {@code queue.full}
 * @param subject what it is about: the name of a pool, a backend's address, a node, a budget's account. Never a key or
 *     a credential
 * @param facts figures and names, by keys in snake case; texts, numbers, truths, and lists or maps of these
 */
public record Notice(String type, String subject, Map<String, Object> facts) {
    /** A queue refuses newcomers for want of room. */
    public static final String QUEUE_FULL = "queue.full";
    /** A queue is fuller than its threshold. */
    public static final String QUEUE_HIGH_USAGE = "queue.high_usage";
    /** Requests have waited in vain; counted over a time. */
    public static final String QUEUE_TIMEOUT = "queue.timeout";
    /** A queue that was full or too full is not any more. */
    public static final String QUEUE_RECOVERED = "queue.recovered";
    /** Requests wait, and none has been admitted for a long time. */
    public static final String QUEUE_STALLED = "queue.stalled";
    /** A backend does not answer, or fails. */
    public static final String UPSTREAM_DOWN = "upstream.down";
    /** A backend that was down serves again. */
    public static final String UPSTREAM_UP = "upstream.up";
    /** A node takes part in the cluster. */
    public static final String NODE_JOINED = "node.joined";
    /** A node has left the cluster, or is lost. */
    public static final String NODE_LEFT = "node.left";
    /** A share of a budget is used. */
    public static final String QUOTA_SOFT_LIMIT = "quota.soft_limit";
    /** A budget is used up. */
    public static final String QUOTA_EXHAUSTED = "quota.exhausted";

    /** A webhook is not sent anything any more, as it has failed for too long or asked for that. */
    public static final String WEBHOOK_DISABLED = "webhook.disabled";
    /** Somebody tries out a webhook. */
    public static final String WEBHOOK_TEST = "webhook.test";

    /** Every type that there is. */
    public static final List<String> TYPES = List.of(
            QUEUE_FULL,
            QUEUE_HIGH_USAGE,
            QUEUE_TIMEOUT,
            QUEUE_RECOVERED,
            QUEUE_STALLED,
            UPSTREAM_DOWN,
            UPSTREAM_UP,
            NODE_JOINED,
            NODE_LEFT,
            QUOTA_SOFT_LIMIT,
            QUOTA_EXHAUSTED,
            WEBHOOK_DISABLED,
            WEBHOOK_TEST);

    /** The fact that names the pool, in notices that are about one. */
    public static final String POOL = "pool";

    /** Copies the facts. */
    public Notice {
        facts = Map.copyOf(facts);
    }
}
