// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.settings;

import io.anteroom.admin.web.PageException;
import io.anteroom.admin.web.PageRequest;
import io.anteroom.settings.EditResult;
import io.anteroom.settings.Revision;
import io.anteroom.settings.Settings;
import io.anteroom.settings.SettingsDesk;
import io.anteroom.settings.SettingsException;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Changes of one thing in the settings, such as a key or a webhook, by a page of its own. What others change beside it
 * meanwhile is left alone; what they change of the same thing is noticed. Safe from any thread.
 */
public final class DeskEdit {
    /** Of 50 editors at once the last has 49 before it. */
    private static final int TRIES = 200;

    private static final int LONGEST_NAME = 128;
    private static final int LONGEST_COMMENT = 1000;

    private final SettingsDesk desk;

    /** At that desk. */
    public DeskEdit(SettingsDesk desk) {
        this.desk = desk;
    }

    /** What counts now. */
    public Revision current() {
        return desk.current();
    }

    /** What counts now. */
    public Settings settings() {
        return desk.current().settings();
    }

    /** Where the settings come from if they are not edited here, or empty. */
    public String source() {
        return Objects.requireNonNullElse(desk.source(), "");
    }

    /** Refuses what would change settings that come from elsewhere. */
    public void checkEditable() {
        if (desk.source() != null) {
            throw PageException.conflict("The settings come from " + desk.source()
                    + " and are not edited here. Change them there; it is followed within seconds.");
        }
    }

    /**
     * Whether somebody has changed a thing since a page was made.
     *
     * @param base the number of the revision that the page was made from, as the page has sent it back
     * @param thing picks it from a document; null where it is not
     */
    public <T> boolean isOutdated(String base, Function<Settings, @Nullable T> thing) {
        if (!base.matches("[0-9]{1,18}")) {
            throw PageException.badRequest("The form is not complete. Please load the page again.");
        }
        long number = Long.parseLong(base);
        Revision now = desk.current();
        if (now.number() == number) {
            return false;
        }
        Revision old = desk.find(number);
        return old == null || !Objects.equals(thing.apply(old.settings()), thing.apply(now.settings()));
    }

    /**
     * Changes it, whatever else is changed meanwhile.
     *
     * @param thing picks it from a document
     * @param seen what it was when the change was thought out
     * @return why nothing has changed, or null if it is done
     */
    public <T> @Nullable String change(
            PageRequest request,
            String comment,
            Function<Settings, @Nullable T> thing,
            @Nullable T seen,
            UnaryOperator<Settings> change) {
        checkEditable();
        for (int i = 0; i < TRIES; i++) {
            Revision now = desk.current();
            if (!Objects.equals(thing.apply(now.settings()), seen)) {
                throw PageException.conflict(
                        "Somebody else has changed it at this moment. Nothing of yours has. Please look at it again.");
            }
            Settings changed;
            try {
                changed = change.apply(now.settings());
            } catch (SettingsException e) {
                return problem(e);
            } catch (IllegalArgumentException e) {
                return String.valueOf(e.getMessage());
            }
            EditResult result = desk.edit(changed, now.number(), by(request), line(comment));
            if (!(result instanceof EditResult.Stale)) {
                return problem(result);
            }
        }
        return "The settings are edited all the time. Nothing of yours has changed; try again.";
    }

    private static String problem(SettingsException e) {
        return "The settings would not fit together: " + e.problems().get(0);
    }

    private static @Nullable String problem(EditResult result) {
        if (result instanceof EditResult.Invalid invalid) {
            return "The settings would not fit together: " + invalid.problems().get(0);
        }
        if (result instanceof EditResult.ReadOnly readOnly) {
            return "The settings come from " + readOnly.source() + " and are not edited here.";
        }
        return result instanceof EditResult.Failed failed ? failed.why() + " Nothing has changed." : null;
    }

    private static String by(PageRequest request) {
        String name = request.principal().name();
        return name.substring(0, Math.min(name.length(), LONGEST_NAME));
    }

    private static String line(String comment) {
        String line = comment.replaceAll("\\p{Cntrl}", " ");
        return line.substring(0, Math.min(line.length(), LONGEST_COMMENT));
    }
}
