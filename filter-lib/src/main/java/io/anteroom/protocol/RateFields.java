// SPDX-License-Identifier: Apache-2.0
package io.anteroom.protocol;

import io.anteroom.rate.LimitState;
import io.anteroom.rate.Unit;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * Tells how limits stand in header fields: {@code RateLimit} and {@code RateLimit-Policy} of
 * draft-ietf-httpapi-ratelimit-headers-10 for all of them, and for the tightest of each unit the fields that SDKs of
 * OpenAI and Anthropic know.
 */
public final class RateFields {
    private RateFields() {}

    /**
     * The fields of some limits.
     *
     * @param states how they stand; none make no fields
     * @param dialect which SDKs there are to understand them
     * @param now what time it is
     */
    public static Map<String, String> of(List<LimitState> states, Dialect dialect, Instant now) {
        Map<String, String> fields = new LinkedHashMap<>();
        if (states.isEmpty()) {
            return fields;
        }
        StringJoiner policies = new StringJoiner(", ");
        StringJoiner standings = new StringJoiner(", ");
        for (LimitState state : states) {
            policies.add(policy(state));
            standings.add("\"" + state.limit().name() + "\";r=" + state.remaining() + ";t=" + seconds(state.reset()));
        }
        fields.put("RateLimit-Policy", policies.toString());
        fields.put("RateLimit", standings.toString());
        for (Unit unit : List.of(Unit.REQUESTS, Unit.TOKENS)) {
            LimitState tightest = tightest(states, unit);
            if (tightest != null) {
                known(fields, tightest, unit == Unit.REQUESTS ? "requests" : "tokens", dialect, now);
            }
        }
        return fields;
    }

    private static String policy(LimitState state) {
        String policy = "\"" + state.limit().name() + "\";q=" + state.limit().amount() + ";w="
                + seconds(state.limit().per());
        return state.limit().unit() == Unit.TOKENS ? policy + ";qu=\"tokens\"" : policy;
    }

    private static void known(Map<String, String> fields, LimitState state, String unit, Dialect dialect, Instant now) {
        String limit = Long.toString(state.limit().burst());
        String remaining = Long.toString(state.remaining());
        if (dialect == Dialect.ANTHROPIC) {
            Instant reset = now.plus(state.reset()).plusMillis(999).truncatedTo(ChronoUnit.SECONDS);
            fields.put("anthropic-ratelimit-" + unit + "-limit", limit);
            fields.put("anthropic-ratelimit-" + unit + "-remaining", remaining);
            fields.put("anthropic-ratelimit-" + unit + "-reset", reset.toString());
        } else {
            fields.put("x-ratelimit-limit-" + unit, limit);
            fields.put("x-ratelimit-remaining-" + unit, remaining);
            fields.put("x-ratelimit-reset-" + unit, span(state.reset()));
        }
    }

    /** The one of which the smallest part is left. */
    private static @Nullable LimitState tightest(List<LimitState> states, Unit unit) {
        LimitState tightest = null;
        for (LimitState state : states) {
            boolean isOfUnit = state.limit().unit() == unit;
            if (isOfUnit && (tightest == null || part(state) < part(tightest))) {
                tightest = state;
            }
        }
        return tightest;
    }

    private static double part(LimitState state) {
        return (double) state.remaining() / state.limit().burst();
    }

    /** Rounded up, so that nothing is promised too early. */
    private static long seconds(Duration duration) {
        return duration.getNano() > 0 ? duration.getSeconds() + 1 : duration.getSeconds();
    }

    /** As OpenAI writes it: {@code 850ms}, {@code 6s}, {@code 1m30s}, {@code 2h0m0s}. */
    private static String span(Duration duration) {
        long millis = duration.plusNanos(999_999).toMillis();
        if (millis < 1000) {
            return millis + "ms";
        }
        long seconds = (millis + 999) / 1000;
        if (seconds < 60) {
            return seconds + "s";
        }
        String rest = seconds / 60 % 60 + "m" + seconds % 60 + "s";
        return seconds < 3600 ? rest : seconds / 3600 + "h" + rest;
    }
}
