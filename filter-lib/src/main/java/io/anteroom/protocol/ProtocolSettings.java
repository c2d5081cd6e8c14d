// SPDX-License-Identifier: Apache-2.0
package io.anteroom.protocol;

import io.anteroom.protocol.Problem.Kind;
import java.util.Map;

/**
 * What an operator decides about the protocol.
 *
 * @param status how clients of streams are told their standing that do not say it themselves
 * @param statusOnFull the status for a full queue: 503 (529 for Anthropic's clients) or 429
 * @param statusOnTimeout the status for a wait that was too long: 503 (529 for Anthropic's clients), 504 or 429
 * @param engines by pool, which way the engines behind it take a priority
 * @param aliases by path, the path that is meant: such a request waits and is forwarded as if it had come there
 */
public record ProtocolSettings(
        StatusMode status,
        int statusOnFull,
        int statusOnTimeout,
        Map<String, EnginePriority> engines,
        Map<String, String> aliases) {

    /** The path under which LiteLLM queues requests. */
    public static final Map<String, String> LITELLM = Map.of("/queue/chat/completions", "/v1/chat/completions");

    /** Comments, 503, no engine with priorities, LiteLLM's path. */
    public static final ProtocolSettings DEFAULT =
            new ProtocolSettings(StatusMode.COMMENT, 503, 503, Map.of(), LITELLM);

    /** Checks everything. */
    public ProtocolSettings {
        check(status != StatusMode.WHITESPACE, "status", status.word(), "none, comment, chunk or event");
        check(statusOnFull == 503 || statusOnFull == 429, "status-on-full", statusOnFull, "503 or 429");
        check(
                statusOnTimeout == 503 || statusOnTimeout == 504 || statusOnTimeout == 429,
                "status-on-timeout",
                statusOnTimeout,
                "503, 504 or 429");
        aliases.forEach((from, to) -> check(
                from.startsWith("/") && to.startsWith("/") && !from.equals(to),
                "aliases",
                from + " to " + to,
                "two paths"));
        engines = Map.copyOf(engines);
        aliases = Map.copyOf(aliases);
    }

    private static void check(boolean isRight, String key, Object value, String expected) {
        if (!isRight) {
            throw new IllegalArgumentException(key + ": " + value + " (expected: " + expected + ")");
        }
    }

    /** The same with another way to tell a standing. */
    public ProtocolSettings withStatus(StatusMode status) {
        return new ProtocolSettings(status, statusOnFull, statusOnTimeout, engines, aliases);
    }

    /** The same with other statuses of refusals. */
    public ProtocolSettings withStatuses(int onFull, int onTimeout) {
        return new ProtocolSettings(status, onFull, onTimeout, engines, aliases);
    }

    /** The same with other engines. */
    public ProtocolSettings withEngines(Map<String, EnginePriority> engines) {
        return new ProtocolSettings(status, statusOnFull, statusOnTimeout, engines, aliases);
    }

    /** The same with other aliases. */
    public ProtocolSettings withAliases(Map<String, String> aliases) {
        return new ProtocolSettings(status, statusOnFull, statusOnTimeout, engines, aliases);
    }

    /** Which way the engines of a pool take a priority. */
    public EnginePriority engine(String pool) {
        return engines.getOrDefault(pool, EnginePriority.NONE);
    }

    /** A problem with the status that it is to have. */
    public Problem dress(Problem problem) {
        Kind kind = problem.kind();
        int status = kind == Kind.WAIT_TIMEOUT
                ? statusOnTimeout
                : kind == Kind.QUEUE_FULL || kind == Kind.QUEUE_MEMORY ? statusOnFull : 503;
        return status == 503 ? problem : problem.withStatus(status);
    }
}
