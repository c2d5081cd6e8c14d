// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.callers;

import io.anteroom.admin.web.PageRequest;
import io.anteroom.admin.web.parts.Field;
import io.anteroom.admin.web.parts.Fields;
import io.anteroom.servlet.CallerPolicy;
import io.anteroom.servlet.CallerPolicy.Access;
import io.anteroom.servlet.Callers;
import io.anteroom.servlet.KnownCaller;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What can be said about a key besides its name, as fields of a form. */
final class KeyForm {
    private static final int LAST_YEAR = 9999;
    private static final Set<String> ALWAYS = Set.of("group", "expires", "own");

    private KeyForm() {}

    /**
     * What has been filled in; nothing of it counts if a field is wrong.
     *
     * @param fields to be shown again
     * @param group or null
     * @param policy its own, or null
     * @param expires or null
     */
    record Filled(
            Fields fields,
            @Nullable String group,
            @Nullable CallerPolicy policy,
            @Nullable Instant expires) {
        boolean isRight() {
            return fields.wrong().isEmpty();
        }
    }

    /** The groups, to choose one of. */
    static List<Field.Option> groups(Callers.Snapshot callers, String none) {
        List<Field.Option> groups = new ArrayList<>();
        groups.add(Field.Option.of("", none));
        callers.groups().keySet().stream().sorted().forEach(name -> groups.add(Field.Option.of(name, name)));
        return groups;
    }

    /** The fields of a key as it is. */
    static Fields of(Callers.Snapshot callers, KnownCaller caller) {
        CallerPolicy policy = Words.policy(callers, caller);
        return fields(
                callers,
                caller.group(),
                day(caller.expires()),
                caller.policy() != null,
                PolicyForm.fields(policy),
                Map.of());
    }

    /** The fields of a key that nobody has yet. */
    static Fields blank(Callers.Snapshot callers) {
        return fields(callers, null, "", false, PolicyForm.fields(callers.others()), Map.of());
    }

    private static Fields fields(
            Callers.Snapshot callers,
            @Nullable String group,
            String day,
            boolean hasOwn,
            List<Field> policy,
            Map<String, String> errors) {
        List<Field> fields = new ArrayList<>();
        fields.add(Field.select("group", "Group", groups(callers, "None: as everybody else"))
                .help("Whose policy it has, unless it has one of its own.")
                .value(group == null ? "" : group));
        fields.add(Field.date("expires", "Counts until")
                .help("The end of that day, in UTC. Nothing: until it is disabled or removed.")
                .value(day));
        fields.add(Field.checkbox("own", "A policy of its own")
                .help("Stronger than that of its group.")
                .ticked(hasOwn));
        fields.addAll(policy);
        return Fields.of(fields.stream()
                .map(field -> field.error(errors.get(field.id())))
                .toArray(Field[]::new));
    }

    /**
     * What has been filled in.
     *
     * @param known the key as it is, or null for a new one
     */
    static Filled read(PageRequest request, Callers.Snapshot callers, @Nullable KnownCaller known) {
        Map<String, String> errors = new LinkedHashMap<>();
        String group = request.field("group");
        if (!group.isEmpty() && !callers.groups().containsKey(group)) {
            errors.put("group", "There is no such group any more.");
        }
        String day = request.field("expires").strip();
        Instant expires = expires(day, known == null ? null : known.expires(), request.now(), errors);
        boolean hasOwn = request.has("own");
        CallerPolicy before = known == null ? callers.others() : Words.policy(callers, known);
        PolicyForm.Filled policy = PolicyForm.read(request, before, Access.OPEN);
        if (hasOwn) {
            errors.putAll(policy.errors());
        }
        return new Filled(
                fields(callers, group, day, hasOwn, policy.fields(), errors),
                group.isEmpty() ? null : group,
                hasOwn ? policy.policy() : null,
                expires);
    }

    /** The fields that count: without a policy of its own, what is said about that does not. */
    static Fields counting(Fields fields) {
        boolean hasOwn = fields.get("own").value().equals("on");
        return Fields.of(fields.list().stream()
                .filter(field -> hasOwn || ALWAYS.contains(field.id()))
                .toArray(Field[]::new));
    }

    /** The last day on which it counts. */
    private static String day(@Nullable Instant expires) {
        return expires == null
                ? ""
                : expires.minusNanos(1).atOffset(ZoneOffset.UTC).toLocalDate().toString();
    }

    private static @Nullable Instant expires(
            String day, @Nullable Instant before, Instant now, Map<String, String> errors) {
        if (day.isEmpty()) {
            return null;
        }
        if (day.equals(day(before))) {
            // It may end within a day, which this form does not show.
            return before;
        }
        try {
            LocalDate last = LocalDate.parse(day);
            Instant end = last.plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant();
            if (last.getYear() <= LAST_YEAR && now.isBefore(end)) {
                return end;
            }
        } catch (DateTimeException e) {
            errors.put("expires", "Expected is a day, as 2027-01-31.");
            return null;
        }
        errors.put("expires", "Expected is today or a later day.");
        return null;
    }
}
