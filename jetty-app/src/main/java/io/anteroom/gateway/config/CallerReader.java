// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.config;

import io.anteroom.admission.CallerLimits;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Priority;
import io.anteroom.servlet.CallerPolicy;
import io.anteroom.servlet.CallerPolicy.Access;
import io.anteroom.servlet.CallerPolicy.Rights;
import io.anteroom.servlet.Callers;
import io.anteroom.servlet.KnownCaller;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads who is known, in which group, and what everybody may do. */
final class CallerReader {
    private static final int MAX_NAME = 128;

    private CallerReader() {}

    static Callers.Snapshot read(Section root) {
        Map<String, CallerPolicy> groups = new LinkedHashMap<>();
        root.named("groups").forEach((name, section) -> {
            groups.put(name, policy(section, CallerPolicy.DEFAULT));
            section.end();
        });
        Section rest = root.section("others");
        CallerPolicy others = policy(rest, CallerPolicy.DEFAULT);
        boolean onlyKnown = rest.yes("only-known", false);
        rest.end();
        Map<String, KnownCaller> callers = callers(root.sections("callers"), groups);
        return new Callers.Snapshot(callers, groups, onlyKnown ? CallerPolicy.NOBODY : others);
    }

    private static Map<String, KnownCaller> callers(List<Section> sections, Map<String, CallerPolicy> groups) {
        Map<String, KnownCaller> callers = new HashMap<>();
        Set<String> hashes = new HashSet<>();
        for (Section section : sections) {
            KnownCaller caller = caller(section, groups, callers.keySet(), hashes);
            if (caller != null) {
                callers.put(caller.name(), caller);
            }
            section.end();
        }
        return callers;
    }

    private static @Nullable KnownCaller caller(
            Section section, Map<String, CallerPolicy> groups, Set<String> names, Set<String> hashes) {
        String hash = section.scalar("key-sha256", "64 hexadecimal digits", "", Networks::checkedHash);
        if (!section.has("key-sha256")) {
            section.problem("key-sha256", "the SHA-256 of the caller's key, 64 hexadecimal digits");
        } else if (!hash.isEmpty() && !hashes.add(hash)) {
            section.problem("key-sha256", "each key once");
        }
        String name = section.scalar(
                "name",
                "a text of at most 128 characters, each name once",
                hash.substring(0, Math.min(8, hash.length())),
                text -> text.isBlank() || text.length() > MAX_NAME || names.contains(text) ? null : text);
        String group = section.has("group") ? section.text("group", "") : null;
        CallerPolicy inherited = group == null ? CallerPolicy.DEFAULT : groups.get(group);
        if (inherited == null) {
            section.problem("group", "one of " + String.join(", ", groups.keySet()));
            inherited = CallerPolicy.DEFAULT;
        }
        CallerPolicy policy = policy(section, inherited);
        String prefix =
                section.scalar("key-prefix", "at most 16 characters", "", text -> text.length() <= 16 ? text : null);
        boolean isDisabled = section.yes("disabled", false);
        Instant expires = section.has("expires")
                ? section.scalar("expires", "a moment as 2027-01-31T00:00:00Z", Instant.MAX, CallerReader::moment)
                : null;
        boolean isPlain = group != null && policy.equals(inherited);
        boolean isSound = !hash.isEmpty() && (group == null || groups.containsKey(group));
        return isSound
                ? new KnownCaller(name, hash, prefix, group, isPlain ? null : policy, isDisabled, expires)
                : null;
    }

    private static @Nullable Instant moment(String text) {
        try {
            return Instant.parse(text.strip());
        } catch (DateTimeException e) {
            return null;
        }
    }

    /** A policy in which only what is said differs from the one that it begins with. */
    private static CallerPolicy policy(Section section, CallerPolicy usual) {
        Priority priority = section.choice("priority", usual.priority(), PoolReader.LEVELS);
        Priority highest = section.choice(
                "highest-priority", section.has("priority") ? priority : usual.highestPriority(), PoolReader.LEVELS);
        if (highest.isLowerThan(priority)) {
            section.problem("highest-priority", "at least its priority");
        }
        Rights rights = new Rights(
                section.yes("may-fallback", usual.rights().mayFallback()),
                section.yes("may-shed", usual.rights().mayShed()),
                section.yes("sees-depth", usual.rights().seesDepth()));
        Duration longest = section.duration("longest-wait", Duration.ZERO, Duration.ZERO, ConfigReader.DAY);
        return new CallerPolicy(
                priority,
                highest,
                section.has("longest-wait") ? longest : usual.longestWait(),
                section.count("weight", usual.weight(), 1, 1000),
                limits(section, usual.limits()),
                rights,
                LimitReader.allowance(section).or(usual.allowance()),
                Access.OPEN);
    }

    private static @Nullable CallerLimits limits(Section section, @Nullable CallerLimits usual) {
        CallerLimits begin = usual != null ? usual : PoolSettings.ofSlots(1).perKey();
        CallerLimits limits = new CallerLimits(
                section.count("max-waiting", begin.maxWaiting(), 0, Integer.MAX_VALUE),
                section.count("max-running", begin.maxRunning(), 1, Integer.MAX_VALUE));
        return section.has("max-waiting") || section.has("max-running") ? limits : usual;
    }
}
