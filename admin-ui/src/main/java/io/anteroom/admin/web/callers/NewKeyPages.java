// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.callers;

import io.anteroom.admin.store.Role;
import io.anteroom.admin.web.Answer;
import io.anteroom.admin.web.PageRequest;
import io.anteroom.admin.web.Site;
import io.anteroom.admin.web.parts.Field;
import io.anteroom.admin.web.parts.Fields;
import io.anteroom.admin.web.settings.DeskEdit;
import io.anteroom.servlet.ApiKey;
import io.anteroom.servlet.Callers;
import io.anteroom.servlet.KnownCaller;
import java.security.SecureRandom;

/** A new key, which is shown once. */
final class NewKeyPages {
    private static final String TITLE = "New key";

    private final DeskEdit edit;
    private final SecureRandom random = new SecureRandom();

    NewKeyPages(DeskEdit edit) {
        this.edit = edit;
    }

    /** The form. */
    record NewModel(Field name, Fields fields, Fields all, String problem) {}

    /** A key that has just been made. */
    record MadeModel(String secret, KnownCaller caller, String path, String level, String origin) {
        /** Never the secret. */
        @Override
        public String toString() {
            return "MadeModel[" + caller.name() + "]";
        }
    }

    void addTo(Site.Builder site) {
        site.get("/callers/new-key", Role.ADMIN, request -> {
            edit.checkEditable();
            return form(name("").first(), KeyForm.blank(edit.settings().callers()), "", 200);
        });
        site.post("/callers/new-key", Role.ADMIN, this::make);
    }

    private static Field name(String value) {
        return Field.text("name", "Name")
                .help("Who or what uses it. Seen in lists, logs and counts; each name once.")
                .value(value)
                .required()
                .longest(128);
    }

    private static Answer form(Field name, Fields fields, String problem, int status) {
        Field[] all = java.util.stream.Stream.concat(java.util.stream.Stream.of(name), fields.list().stream())
                .toArray(Field[]::new);
        return Answer.view("callers/key-new", TITLE, Words.SECTION, new NewModel(name, fields, Fields.of(all), problem))
                .withStatus(status);
    }

    private Answer make(PageRequest request) {
        edit.checkEditable();
        String name = request.field("name").strip();
        Callers.Snapshot callers = edit.settings().callers();
        KeyForm.Filled filled = KeyForm.read(request, callers, null);
        String wrong = wrong(name, callers);
        if (!wrong.isEmpty() || !filled.isRight()) {
            return form(name(name).error(wrong), filled.fields(), "", 422);
        }
        ApiKey key = ApiKey.create(random);
        KnownCaller caller = new KnownCaller(
                name, key.sha256(), key.prefix(), filled.group(), filled.policy(), false, filled.expires());
        String problem = edit.change(
                request,
                "new key " + name,
                settings -> settings.callers().byName().get(name),
                null,
                settings -> settings.withCallers(settings.callers().with(caller)));
        if (problem != null) {
            return form(name(name), filled.fields(), problem, 503);
        }
        return made(request, key, caller);
    }

    private static String wrong(String name, Callers.Snapshot callers) {
        if (name.isEmpty() || name.length() > 128 || name.chars().anyMatch(Character::isISOControl)) {
            return "Expected are from 1 to 128 printable characters.";
        }
        return callers.byName().containsKey(name) ? "There is a key of that name." : "";
    }

    /** Not by a redirect: the secret is in this answer, and nowhere else. */
    private Answer made(PageRequest request, ApiKey key, KnownCaller caller) {
        String level = Words.level(Words.policy(edit.settings().callers(), caller));
        request.audit("key.create", KeyPages.subject(caller), "level: " + level);
        return Answer.view(
                "callers/key-made",
                TITLE,
                Words.SECTION,
                new MadeModel(key.secret(), caller, KeyPages.path(caller), level, Words.origin(caller)));
    }
}
