// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.callers;

import io.anteroom.admin.store.Role;
import io.anteroom.admin.web.Answer;
import io.anteroom.admin.web.Format;
import io.anteroom.admin.web.PageException;
import io.anteroom.admin.web.PageRequest;
import io.anteroom.admin.web.Site;
import io.anteroom.admin.web.Urls;
import io.anteroom.admin.web.parts.Difference;
import io.anteroom.admin.web.parts.Field;
import io.anteroom.admin.web.parts.Fields;
import io.anteroom.admin.web.settings.DeskEdit;
import io.anteroom.servlet.CallerPolicy;
import io.anteroom.servlet.CallerPolicy.Access;
import io.anteroom.servlet.Callers;
import io.anteroom.settings.Settings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Groups of keys with one policy, and the policy of everybody else. Queries name a group, as names can be anything. */
final class GroupPages {
    private static final String OTHERS = "Everybody else";

    private final DeskEdit edit;

    GroupPages(DeskEdit edit) {
        this.edit = edit;
    }

    /** A row of the list. */
    record Row(
            String name,
            String path,
            long keys,
            boolean isOthers,
            boolean isShut,
            String level,
            int weight,
            String longestWait,
            String caps,
            String allowance) {}

    /** The list. */
    record ListModel(List<Row> rows, String source) {}

    /** One policy: of a group, of a new group, or of everybody else. */
    record Model(
            Subject subject,
            Fields fields,
            String allowance,
            long base,
            List<Difference> theirs,
            String by,
            String problem,
            String source) {}

    /**
     * Whose policy.
     *
     * @param title what people read
     * @param name of the group; empty for a new one and for everybody else
     * @param action where the form is sent
     * @param keys how many keys have it
     * @param isRemovable whether it can be removed
     */
    record Subject(String title, String name, String action, long keys, boolean isRemovable) {}

    /** What a form comes back with. */
    private record Back(Fields fields, List<Difference> theirs, String problem, int status) {}

    void addTo(Site.Builder site) {
        site.get("/callers/groups", Role.VIEWER, this::list);
        site.get("/callers/group", Role.VIEWER, request -> {
            String name = known(request.query("name"));
            return show(subject(name), fields(policy(name)), List.of(), "", 200);
        });
        site.post("/callers/group", Role.ADMIN, request -> change(request, known(request.field("name"))));
        site.post("/callers/group/remove", Role.ADMIN, this::remove);
        site.get(
                "/callers/others",
                Role.VIEWER,
                request -> show(others(), othersFields(edit.settings().callers().others()), List.of(), "", 200));
        site.post("/callers/others", Role.ADMIN, this::changeOthers);
        site.get("/callers/new-group", Role.ADMIN, request -> {
            edit.checkEditable();
            return show(fresh(), newFields("", PolicyForm.fields(CallerPolicy.DEFAULT)), List.of(), "", 200);
        });
        site.post("/callers/new-group", Role.ADMIN, this::make);
    }

    private String known(String name) {
        if (!edit.settings().callers().groups().containsKey(name)) {
            throw PageException.notFound("There is no such group, or it has been removed.");
        }
        return name;
    }

    private CallerPolicy policy(String name) {
        CallerPolicy policy = edit.settings().callers().groups().get(name);
        if (policy == null) {
            throw PageException.notFound("The group has been removed meanwhile.");
        }
        return policy;
    }

    private static String path(String name) {
        return "/callers/group?name=" + Urls.encode(name);
    }

    private long keys(@Nullable String group) {
        return edit.settings().callers().byName().values().stream()
                .filter(caller -> group == null
                        ? caller.group() == null && caller.policy() == null
                        : group.equals(caller.group()))
                .count();
    }

    private Subject subject(String name) {
        long keys = keys(name);
        return new Subject(name, name, "/callers/group", keys, keys == 0);
    }

    private Subject others() {
        return new Subject(OTHERS, "", "/callers/others", keys(null), false);
    }

    private static Subject fresh() {
        return new Subject("New group", "", "/callers/new-group", 0, false);
    }

    private Answer list(PageRequest request) {
        Callers.Snapshot callers = edit.settings().callers();
        Format format = new Format(request.now());
        List<Row> rows = new ArrayList<>();
        callers.groups().keySet().stream()
                .sorted()
                .forEach(name -> rows.add(row(name, path(name), keys(name), policy(name), false, format)));
        rows.add(row(OTHERS, "/callers/others", keys(null), callers.others(), true, format));
        return Answer.view("callers/groups", "Groups", Words.SECTION, new ListModel(rows, edit.source()));
    }

    private static Row row(String name, String path, long keys, CallerPolicy policy, boolean isOthers, Format format) {
        return new Row(
                name,
                path,
                keys,
                isOthers,
                policy.access() != Access.OPEN,
                Words.level(policy),
                policy.weight(),
                Words.wait(policy, format),
                Words.caps(policy, format),
                Words.allowance(policy, format));
    }

    private static Fields fields(CallerPolicy policy) {
        return Fields.of(PolicyForm.fields(policy).toArray(Field[]::new));
    }

    private static Fields othersFields(CallerPolicy policy) {
        return othersFields(policy.access() != Access.OPEN, PolicyForm.fields(policy));
    }

    private static Fields othersFields(boolean isShut, List<Field> policy) {
        List<Field> fields = new ArrayList<>(policy);
        fields.add(Field.checkbox("shut", "Let in known keys only")
                .help(
                        "Whoever has no key of the list is refused with 401. The policy here then counts for keys without a group.")
                .ticked(isShut));
        return Fields.of(fields.toArray(Field[]::new));
    }

    private static Fields newFields(String name, List<Field> policy) {
        List<Field> fields = new ArrayList<>();
        fields.add(Field.text("name", "Name")
                .help("From 1 to 128 characters; it cannot be changed later.")
                .value(name)
                .required()
                .longest(128)
                .first());
        fields.addAll(policy);
        return Fields.of(fields.toArray(Field[]::new));
    }

    private Answer show(Subject subject, Fields fields, List<Difference> theirs, String problem, int status) {
        boolean isOthers = subject.action().equals("/callers/others");
        CallerPolicy policy = isOthers
                ? edit.settings().callers().others()
                : subject.name().isEmpty() ? CallerPolicy.DEFAULT : policy(subject.name());
        String allowance = Words.allowance(policy, new Format(java.time.Instant.EPOCH));
        Model model = new Model(
                subject,
                fields,
                allowance,
                edit.current().number(),
                theirs,
                edit.current().by(),
                problem,
                edit.source());
        return Answer.view("callers/group", subject.title(), Words.SECTION, model)
                .withStatus(status);
    }

    private static Fields withErrors(Fields fields, Map<String, String> errors) {
        Fields all = fields;
        for (Map.Entry<String, String> error : errors.entrySet()) {
            all = all.withError(error.getKey(), error.getValue());
        }
        return all;
    }

    private Answer change(PageRequest request, String name) {
        edit.checkEditable();
        CallerPolicy before = policy(name);
        PolicyForm.Filled filled = PolicyForm.read(request, before, Access.OPEN);
        Fields fields = withErrors(Fields.of(filled.fields().toArray(Field[]::new)), filled.errors());
        Back back = save(
                request,
                "changed group " + name,
                settings -> settings.callers().groups().get(name),
                new Back(fields, fields.against(fields(before)), "", 200),
                filled.policy(),
                (settings, policy) -> settings.withCallers(settings.callers().withGroup(name, policy)));
        if (back != null) {
            return show(subject(name), back.fields(), back.theirs(), back.problem(), back.status());
        }
        request.audit("group.change", name, "");
        return Answer.done(
                "/callers/groups", "The group " + name + " has changed. It counts from the next request on.");
    }

    private Answer changeOthers(PageRequest request) {
        edit.checkEditable();
        CallerPolicy before = edit.settings().callers().others();
        boolean isShut = request.has("shut");
        PolicyForm.Filled filled = PolicyForm.read(request, before, isShut ? Access.UNKNOWN : Access.OPEN);
        Fields fields = withErrors(othersFields(isShut, filled.fields()), filled.errors());
        Back back = save(
                request,
                "changed the policy of everybody else",
                settings -> settings.callers().others(),
                new Back(fields, fields.against(othersFields(before)), "", 200),
                filled.policy(),
                (settings, policy) -> settings.withCallers(settings.callers().withOthers(policy)));
        if (back != null) {
            return show(others(), back.fields(), back.theirs(), back.problem(), back.status());
        }
        request.audit("others.change", "", isShut ? "only known keys are let in" : "");
        return Answer.done("/callers/groups", "The policy of everybody else has changed.");
    }

    /** Puts a policy into the settings. */
    @FunctionalInterface
    private interface Put {
        Settings into(Settings settings, CallerPolicy policy);
    }

    /** Null if it is done, or else what the form comes back with. */
    private @Nullable Back save(
            PageRequest request,
            String comment,
            java.util.function.Function<Settings, @Nullable CallerPolicy> thing,
            Back filled,
            @Nullable CallerPolicy policy,
            Put put) {
        if (edit.isOutdated(request.field("base"), thing)) {
            return new Back(filled.fields(), filled.theirs(), "", 409);
        }
        if (policy == null) {
            return new Back(filled.fields(), List.of(), "", 422);
        }
        UnaryOperator<Settings> change = settings -> put.into(settings, policy);
        String problem = edit.change(request, comment, thing, thing.apply(edit.settings()), change);
        return problem == null ? null : new Back(filled.fields(), List.of(), problem, 503);
    }

    private Answer make(PageRequest request) {
        edit.checkEditable();
        String name = request.field("name").strip();
        PolicyForm.Filled filled = PolicyForm.read(request, CallerPolicy.DEFAULT, Access.OPEN);
        Fields fields = withErrors(newFields(name, filled.fields()), filled.errors());
        boolean isName = !name.isEmpty() && name.length() <= 128 && name.chars().noneMatch(Character::isISOControl);
        if (!isName) {
            fields = fields.withError("name", "Expected are from 1 to 128 printable characters.");
        } else if (edit.settings().callers().groups().containsKey(name)) {
            fields = fields.withError("name", "There is a group of that name.");
        }
        CallerPolicy policy = filled.policy();
        if (policy == null || !fields.wrong().isEmpty()) {
            return show(fresh(), fields, List.of(), "", 422);
        }
        String problem = edit.change(
                request,
                "new group " + name,
                settings -> settings.callers().groups().get(name),
                null,
                settings -> settings.withCallers(settings.callers().withGroup(name, policy)));
        if (problem != null) {
            return show(fresh(), fields, List.of(), problem, 503);
        }
        request.audit("group.create", name, "");
        return Answer.done("/callers/groups", "The group " + name + " can be given to keys now.");
    }

    private Answer remove(PageRequest request) {
        String name = known(request.field("name"));
        long keys = keys(name);
        if (keys > 0) {
            throw PageException.conflict("The group is not empty: "
                    + new Format(request.now()).many(keys, "key is", "keys are") + " in it. Put them elsewhere first.");
        }
        String problem = edit.change(
                request,
                "removed group " + name,
                settings -> settings.callers().groups().get(name),
                policy(name),
                settings -> settings.withCallers(without(settings.callers(), name)));
        if (problem != null) {
            return Answer.failed(path(name), problem);
        }
        request.audit("group.remove", name, "");
        return Answer.done("/callers/groups", "The group " + name + " is removed.");
    }

    private static Callers.Snapshot without(Callers.Snapshot callers, String name) {
        Map<String, CallerPolicy> groups = new HashMap<>(callers.groups());
        groups.remove(name);
        return new Callers.Snapshot(callers.byName(), groups, callers.others());
    }
}
