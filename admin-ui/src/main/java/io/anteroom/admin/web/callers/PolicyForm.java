// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.callers;

import io.anteroom.admin.web.PageRequest;
import io.anteroom.admin.web.parts.Field;
import io.anteroom.admission.CallerLimits;
import io.anteroom.admission.Priority;
import io.anteroom.servlet.CallerPolicy;
import io.anteroom.servlet.CallerPolicy.Access;
import io.anteroom.servlet.CallerPolicy.Rights;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a policy is as fields of a form, and what a form makes of a policy. */
final class PolicyForm {
    private static final long DAY_SECONDS = 86_400;
    private static final BigDecimal THOUSAND = BigDecimal.valueOf(1000);
    private static final String WHOLE = "Expected is a whole number ";

    private PolicyForm() {}

    /** What has been filled in: a policy, unless something is wrong about a field. */
    record Filled(
            List<Field> fields,
            Map<String, String> errors,
            @Nullable CallerPolicy policy) {}

    /** The fields of a policy. */
    static List<Field> fields(CallerPolicy policy) {
        CallerLimits limits = policy.limits() == null ? CallerLimits.UNLIMITED : policy.limits();
        Duration wait = policy.longestWait();
        return filled(Map.of(
                "priority", word(policy.priority()),
                "highest", word(policy.highestPriority()),
                "wait", wait == null ? "" : seconds(wait),
                "weight", Integer.toString(policy.weight()),
                "waiting", bound(limits.maxWaiting()),
                "running", bound(limits.maxRunning()),
                "may_fallback", policy.rights().mayFallback() ? "on" : "",
                "may_shed", policy.rights().mayShed() ? "on" : "",
                "sees_depth", policy.rights().seesDepth() ? "on" : ""));
    }

    private static List<Field> filled(Map<String, String> values) {
        List<Field> fields = new ArrayList<>();
        for (Field field : blank()) {
            fields.add(field.value(values.getOrDefault(field.id(), "")));
        }
        return fields;
    }

    private static List<Field> blank() {
        List<Field.Option> levels = new ArrayList<>();
        for (Priority priority : Priority.values()) {
            String word = word(priority);
            levels.add(Field.Option.of(word, word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1)));
        }
        return List.of(
                Field.select("priority", "Level", levels).help("Of requests that do not say one."),
                Field.select("highest", "Highest level", levels).help("That it may ask for; lower ones, too."),
                Field.number("weight", "Weight", "")
                        .help("Its share beside other callers of its level, from 1 to 1,000. Default 1.")
                        .between(1, 1000)
                        .required(),
                Field.number("wait", "Longest wait", "s")
                        .help("That it may ask for. Nothing: only less than the level's.")
                        .between(0, DAY_SECONDS),
                Field.number("waiting", "Waiting at most", "requests")
                        .help("0: none waits. Nothing: no limit; nothing here and for running: the pool's.")
                        .between(0, Integer.MAX_VALUE),
                Field.number("running", "Running at most", "slots")
                        .help("Nothing: no limit; nothing here and for waiting: the pool's.")
                        .between(1, Integer.MAX_VALUE),
                Field.checkbox("may_fallback", "May go on to the fallback")
                        .help("When its longest wait is over, to another backend or model."),
                Field.checkbox("may_shed", "May push others out")
                        .help("Of a full queue, where the pool pushes out the lowest."),
                Field.checkbox("sees_depth", "Sees the queue as a whole")
                        .help("At /queue/status; its own place is told to everybody who waits."));
    }

    /**
     * What has been filled in.
     *
     * @param before what stays of what the form does not show
     */
    static Filled read(PageRequest request, CallerPolicy before, Access access) {
        Map<String, String> values = new LinkedHashMap<>();
        blank().forEach(field ->
                values.put(field.id(), request.field(field.id()).strip()));
        Map<String, String> errors = new LinkedHashMap<>();
        Priority priority = level(values.get("priority"), "priority", errors);
        Priority highest = level(values.get("highest"), "highest", errors);
        if (errors.isEmpty() && highest.isLowerThan(priority)) {
            errors.put("highest", "Expected is at least the level, " + word(priority) + ".");
        }
        Integer weight = number(values.get("weight"), 1, 1000, "weight", "from 1 to 1,000.", errors);
        if (weight == null && !errors.containsKey("weight")) {
            errors.put("weight", WHOLE + "from 1 to 1,000.");
        }
        Integer waiting = number(values.get("waiting"), 0, Integer.MAX_VALUE, "waiting", atLeast(0), errors);
        Integer running = number(values.get("running"), 1, Integer.MAX_VALUE, "running", atLeast(1), errors);
        Duration wait = wait(values.get("wait"), errors);
        if (!errors.isEmpty() || weight == null) {
            return new Filled(filled(values), errors, null);
        }
        CallerPolicy policy = new CallerPolicy(
                priority,
                highest,
                wait,
                weight,
                limits(before.limits(), waiting, running),
                new Rights(request.has("may_fallback"), request.has("may_shed"), request.has("sees_depth")),
                before.allowance(),
                access);
        return new Filled(filled(values), errors, policy);
    }

    private static String atLeast(int least) {
        return "of at least " + least + ", or nothing.";
    }

    /** No limits and limits without bounds are not the same: the former leaves the pool's. */
    private static @Nullable CallerLimits limits(
            @Nullable CallerLimits before, @Nullable Integer waiting, @Nullable Integer running) {
        if (waiting == null && running == null) {
            return CallerLimits.UNLIMITED.equals(before) ? before : null;
        }
        return new CallerLimits(
                waiting == null ? Integer.MAX_VALUE : waiting, running == null ? Integer.MAX_VALUE : running);
    }

    private static Priority level(@Nullable String word, String id, Map<String, String> errors) {
        for (Priority priority : Priority.values()) {
            if (word(priority).equals(word)) {
                return priority;
            }
        }
        errors.put(id, "Expected is one of critical, high, normal, low.");
        return Priority.NORMAL;
    }

    private static @Nullable Integer number(
            @Nullable String text, int least, int most, String id, String expected, Map<String, String> errors) {
        if (text == null || text.isEmpty()) {
            return null;
        }
        if (text.matches("[0-9]{1,10}")) {
            long number = Long.parseLong(text);
            if (number >= least && number <= most) {
                return (int) number;
            }
        }
        errors.put(id, WHOLE + expected);
        return null;
    }

    private static @Nullable Duration wait(@Nullable String text, Map<String, String> errors) {
        if (text == null || text.isEmpty()) {
            return null;
        }
        if (text.matches("[0-9]{1,6}([.][0-9]{1,3})?")) {
            Duration wait = Duration.ofMillis(new BigDecimal(text)
                    .multiply(THOUSAND)
                    .setScale(0, RoundingMode.UNNECESSARY)
                    .longValueExact());
            if (wait.compareTo(Duration.ofSeconds(DAY_SECONDS)) <= 0) {
                return wait;
            }
        }
        errors.put("wait", "Expected is from 0 to 86,400 s, to the millisecond, or nothing.");
        return null;
    }

    private static String seconds(Duration wait) {
        return BigDecimal.valueOf(wait.toMillis())
                .divide(THOUSAND)
                .stripTrailingZeros()
                .toPlainString();
    }

    private static String bound(int value) {
        return value == Integer.MAX_VALUE ? "" : Integer.toString(value);
    }

    private static String word(Priority priority) {
        return priority.name().toLowerCase(Locale.ROOT);
    }
}
