// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.access;

import io.anteroom.admin.access.LogIn;
import io.anteroom.admin.access.Users;
import io.anteroom.admin.store.Role;
import io.anteroom.admin.web.parts.Field;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** What the pages about access say. */
final class Words {
    static final String PASSWORD_HELP =
            "From 12 to 128 characters, 15 or more are better; any characters, no common words with a few around them.";

    private Words() {}

    static List<Field.Option> roles() {
        return List.of(
                new Field.Option("viewer", "Viewer", "Sees how it stands; no secrets."),
                new Field.Option("operator", "Operator", "Also cancels, moves, holds, resumes, drains."),
                new Field.Option("admin", "Admin", "Also edits settings, keys, webhooks, users, tokens."));
    }

    /** The role of that word, or viewer. */
    static Role role(String word) {
        for (Role role : Role.values()) {
            if (role.word().equals(word)) {
                return role;
            }
        }
        return Role.VIEWER;
    }

    /** Why no session was opened, and what to do. */
    static String refusal(LogIn.Refused refused) {
        return switch (refused.why()) {
            case WRONG -> "The user name or the password is wrong.";
            case THROTTLED ->
                "There were too many wrong passwords. Try again in " + lasting(refused.retryAfter())
                        + ". A right password counts again then; nobody is locked out for good.";
            case BUSY -> "Too many log in at this moment. Try again in a few seconds.";
            case INSECURE -> "A password would be readable on the way here.";
        };
    }

    /** How the status of an answer says the same. */
    static int status(LogIn.Refused refused) {
        return switch (refused.why()) {
            case WRONG -> 401;
            case THROTTLED -> 429;
            case BUSY -> 503;
            case INSECURE -> 403;
        };
    }

    /** A duration, rounded up. */
    static String lasting(Duration duration) {
        long seconds = Math.max(1, duration.plusMillis(999).toSeconds());
        if (seconds < 120) {
            return seconds + " s";
        }
        return (seconds + 59) / 60 + " min";
    }

    /** Why a user could not be changed. */
    static String problem(Users.Change change) {
        return switch (change) {
            case DONE -> "";
            case MISSING -> "There is no such user any more.";
            case TAKEN -> "There is a user of that name already, or there are as many users as there may be.";
            case LAST_ADMIN -> "No admin would be left who can log in. Make somebody else an admin first.";
            case ONESELF -> "Nobody changes their own role, or disables or removes themselves. Ask another admin.";
            case BUSY -> "Too many passwords are hashed at this moment. Try again in a few seconds.";
            case MEANWHILE -> "Somebody has changed this user meanwhile. Nothing else has been changed; look again.";
        };
    }

    /** How somebody stands, as {@code operator, disabled}. */
    static String standing(Users.Standing standing) {
        return standing.role().word() + (standing.isDisabled() ? ", disabled" : "");
    }

    /** What others have done to a user while a form was open. */
    static String meanwhile(String name, Users.Standing shown, Users.Standing now) {
        if (shown.equals(now)) {
            return problem(Users.Change.MEANWHILE);
        }
        return "Somebody has changed " + name + " meanwhile, from “" + standing(shown) + "” to “" + standing(now)
                + "”. Nothing of yours has been saved. The form is as it would be now: save it if it is still right.";
    }

    /** What a problem of a field says without the field's name: {@code password: too short} as {@code Too short}. */
    static String atField(IllegalArgumentException e) {
        String message = String.valueOf(e.getMessage());
        int colon = message.indexOf(": ");
        String text = colon < 0 ? message : message.substring(colon + 2);
        return text.isEmpty() ? message : text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1) + ".";
    }

    /** The field that a problem is about, or the given one. */
    static String field(IllegalArgumentException e, String otherwise) {
        String message = String.valueOf(e.getMessage());
        int colon = message.indexOf(": ");
        return colon < 0 ? otherwise : message.substring(0, colon);
    }

    static boolean isPast(Instant moment, Instant now) {
        return !now.isBefore(moment);
    }
}
