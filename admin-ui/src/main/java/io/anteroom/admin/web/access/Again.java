// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.access;

import io.anteroom.admin.access.Access;
import io.anteroom.admin.access.LogIn;
import io.anteroom.admin.web.PageRequest;
import io.anteroom.admin.web.parts.Field;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Has whoever changes users and tokens give the password again, if the last time was a while ago: by one more field in
 * the form, so that nothing that was typed is lost. Thread-safe.
 */
public final class Again {
    /** The name of the field. */
    public static final String FIELD = "your_password";

    private final Access access;

    /** Over an access. */
    public Again(Access access) {
        this.access = access;
    }

    /** The fields of a form, with one for the password if it is needed. */
    public Field[] with(PageRequest request, Field... fields) {
        List<Field> all = new ArrayList<>(List.of(fields));
        if (!request.principal().isFresh()) {
            all.add(Field.password(FIELD, "Your own password", "current-password")
                    .help("Asked for again, as the last time was a while ago."));
        }
        return all.toArray(Field[]::new);
    }

    /** What is wrong with the password that came with a form, or null if it is right or not needed. */
    public @Nullable String problem(PageRequest request) {
        if (request.principal().isFresh()) {
            return null;
        }
        String password = request.field(FIELD);
        if (password.isEmpty()) {
            return "Give your own password again.";
        }
        LogIn result = access.confirm(request.http(), request.principal(), password);
        if (result instanceof LogIn.Refused refused) {
            return refused.why() == LogIn.Why.WRONG ? "This is not your password." : Words.refusal(refused);
        }
        return null;
    }
}
