// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.callers;

import io.anteroom.admin.access.Deeds;
import io.anteroom.admin.store.Role;
import io.anteroom.admin.web.Answer;
import io.anteroom.admin.web.Format;
import io.anteroom.admin.web.PageException;
import io.anteroom.admin.web.PageRequest;
import io.anteroom.admin.web.Site;
import io.anteroom.admin.web.parts.Difference;
import io.anteroom.admin.web.parts.Fields;
import io.anteroom.admin.web.parts.StateWord;
import io.anteroom.admin.web.settings.DeskEdit;
import io.anteroom.servlet.CallerPolicy;
import io.anteroom.servlet.Callers;
import io.anteroom.servlet.KnownCaller;
import io.anteroom.settings.Revision;
import io.anteroom.settings.Settings;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** One key: what it may do, what it does, and the end of it. Paths name its flow, as names can be anything. */
final class KeyPages {
    private static final String ONE = "/callers/keys/{key}";

    private final DeskEdit edit;
    private final Standing standing;

    KeyPages(DeskEdit edit, Standing standing) {
        this.edit = edit;
        this.standing = standing;
    }

    /**
     * One key.
     *
     * @param base the revision that is shown
     * @param by whose revision that is
     * @param theirs what somebody else has changed meanwhile, beside what was filled in
     */
    record Model(
            KnownCaller caller,
            String path,
            StateWord state,
            Facts facts,
            List<Standing.Now> now,
            List<Standing.Used> budgets,
            Fields fields,
            long base,
            String by,
            List<Difference> theirs,
            String problem,
            String source) {}

    /** What its policy says. */
    record Facts(String origin, String level, int weight, String longestWait, String caps, String allowance) {
        static Facts of(KnownCaller caller, CallerPolicy policy, Format format) {
            return new Facts(
                    Words.origin(caller),
                    Words.level(policy),
                    policy.weight(),
                    Words.wait(policy, format),
                    Words.caps(policy, format),
                    Words.allowance(policy, format));
        }
    }

    /** What ends with a key. */
    record RemoveModel(KnownCaller caller, String path, int waiting, String problem) {}

    /** What a form comes back with. */
    private record Back(Fields fields, List<Difference> theirs, String problem, int status) {}

    static String path(KnownCaller caller) {
        return "/callers/keys/" + caller.identity().flow();
    }

    void addTo(Site.Builder site) {
        site.get(ONE, Role.VIEWER, request -> {
            KnownCaller caller = find(request);
            return show(request, caller, new Back(fields(caller), List.of(), "", 200));
        });
        site.post(ONE, Role.ADMIN, this::change);
        site.post(ONE + "/disable", Role.ADMIN, request -> flip(request, true));
        site.post(ONE + "/enable", Role.ADMIN, request -> flip(request, false));
        site.get(ONE + "/remove", Role.ADMIN, request -> removal(find(request), "", 200));
        site.post(ONE + "/remove", Role.ADMIN, this::remove);
    }

    private static @Nullable KnownCaller find(Settings settings, String flow) {
        return settings.callers().byName().values().stream()
                .filter(caller -> caller.identity().flow().equals(flow))
                .findFirst()
                .orElse(null);
    }

    private KnownCaller find(PageRequest request) {
        KnownCaller caller = find(edit.settings(), request.name("key"));
        if (caller == null) {
            throw PageException.notFound("There is no such key, or it has been removed.");
        }
        return caller;
    }

    private Fields fields(KnownCaller caller) {
        return KeyForm.of(edit.settings().callers(), caller);
    }

    private Answer show(PageRequest request, KnownCaller caller, Back back) {
        Revision revision = edit.current();
        Settings settings = revision.settings();
        Format format = new Format(request.now());
        Model model = new Model(
                caller,
                path(caller),
                Words.state(caller, request.now()),
                Facts.of(caller, Words.policy(settings.callers(), caller), format),
                standing.now(caller),
                standing.budgets(settings, caller, format),
                back.fields(),
                revision.number(),
                revision.by(),
                back.theirs(),
                back.problem(),
                edit.source());
        return Answer.view("callers/key", caller.name(), Words.SECTION, model).withStatus(back.status());
    }

    private Answer change(PageRequest request) {
        edit.checkEditable();
        KnownCaller caller = find(request);
        Callers.Snapshot callers = edit.settings().callers();
        KeyForm.Filled filled = KeyForm.read(request, callers, caller);
        if (edit.isOutdated(request.field("base"), settings -> find(settings, request.name("key")))) {
            return show(
                    request,
                    caller,
                    new Back(filled.fields(), KeyForm.counting(filled.fields()).against(fields(caller)), "", 409));
        }
        if (!filled.isRight()) {
            return show(request, caller, new Back(filled.fields(), List.of(), "", 422));
        }
        KnownCaller changed = new KnownCaller(
                caller.name(),
                caller.sha256(),
                caller.prefix(),
                filled.group(),
                filled.policy(),
                caller.isDisabled(),
                filled.expires());
        String problem = put(request, caller, "changed key ", settings -> with(settings, changed));
        if (problem != null) {
            return show(request, caller, new Back(filled.fields(), List.of(), problem, 503));
        }
        String detail = "group: " + changed.group() + ", own policy: " + (changed.policy() != null) + ", until: "
                + changed.expires();
        request.audit(Deeds.KEY_CHANGE, subject(caller), detail);
        return Answer.done(path(caller), "Changed. It counts from the next request on.");
    }

    private static Settings with(Settings settings, KnownCaller caller) {
        return settings.withCallers(settings.callers().with(caller));
    }

    static String subject(KnownCaller caller) {
        return caller.identity().flow() + " " + caller.name();
    }

    private @Nullable String put(
            PageRequest request, KnownCaller caller, String comment, UnaryOperator<Settings> change) {
        String flow = caller.identity().flow();
        return edit.change(request, comment + caller.name(), settings -> find(settings, flow), caller, change);
    }

    private Answer flip(PageRequest request, boolean isDisabled) {
        KnownCaller caller = find(request);
        String problem = put(
                request,
                caller,
                isDisabled ? "disabled key " : "enabled key ",
                settings -> with(settings, caller.disabled(isDisabled)));
        if (problem != null) {
            return Answer.failed(path(caller), problem);
        }
        request.audit(isDisabled ? Deeds.KEY_DISABLE : Deeds.KEY_ENABLE, subject(caller), "");
        return Answer.done(
                path(caller),
                isDisabled
                        ? "Disabled: it is refused from the next request on. What waits or runs is left alone."
                        : "Enabled: it counts from the next request on.");
    }

    private Answer removal(KnownCaller caller, String problem, int status) {
        int waiting = standing.waiting(caller).values().stream()
                .mapToInt(Integer::intValue)
                .sum();
        return Answer.view(
                        "callers/key-remove",
                        "Remove a key",
                        Words.SECTION,
                        new RemoveModel(caller, path(caller), waiting, problem))
                .withStatus(status);
    }

    private Answer remove(PageRequest request) {
        KnownCaller caller = find(request);
        String problem = put(
                request,
                caller,
                "removed key ",
                settings -> settings.withCallers(settings.callers().without(caller.name())));
        if (problem != null) {
            return removal(caller, problem, 503);
        }
        request.audit("key.remove", subject(caller), "");
        return Answer.done("/callers", "The key " + caller.name() + " does not count any more.");
    }
}
