// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.config;

import static io.anteroom.gateway.config.ConfigReader.TICK;

import io.anteroom.gateway.config.UpstreamGroup.Cause;
import io.anteroom.gateway.config.UpstreamGroup.Retry;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads when requests are tried again. */
final class RetryReader {
    private static final String CAUSES =
            Arrays.stream(Cause.values()).map(RetryReader::word).collect(Collectors.joining(", "));

    private RetryReader() {}

    static Retry read(Section section) {
        Retry usual = Retry.DEFAULT;
        List<Cause> on = section.list("on", "some of " + CAUSES, RetryReader::cause);
        Set<Cause> causes = section.has("on") ? EnumSet.noneOf(Cause.class) : usual.causes();
        causes = section.has("on") && !on.isEmpty() ? EnumSet.copyOf(on) : causes;
        Retry retry = new Retry(
                section.count("most", usual.most(), 0, 10),
                causes,
                section.has("repeatable")
                        ? section.list("repeatable", "a path as /v1/* or /v1/chat/completions", Networks::checkedPath)
                        : usual.repeatable(),
                section.count("budget-percent", usual.budgetPercent(), 0, 100),
                section.count("budget-least", usual.budgetLeast(), 0, 1000),
                section.duration("backoff", usual.backoff(), TICK, Duration.ofMinutes(1)),
                section.duration("longest-backoff", usual.longestBackoff(), TICK, Duration.ofMinutes(1)),
                (int) section.bytes("peek", usual.peekBytes(), 1 << 20),
                section.duration("peek-within", usual.peekWithin(), Duration.ZERO, Duration.ofMinutes(1)));
        section.end();
        return retry;
    }

    private static String word(Cause cause) {
        return cause.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static @Nullable Cause cause(String text) {
        return Arrays.stream(Cause.values())
                .filter(cause -> word(cause).equals(text))
                .findFirst()
                .orElse(null);
    }
}
