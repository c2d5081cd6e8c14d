// SPDX-License-Identifier: Apache-2.0
package io.anteroom.protocol;

import io.anteroom.protocol.Problem.Kind;
import java.io.Serial;

/** A request that cannot be read. Its message names what was wrong and what is allowed, and is meant for the client. */
public final class BadRequest extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    private static final int SHOWN = 64;

    private final transient Problem problem;

    private BadRequest(Kind kind, String message) {
        super(message, null, false, false);
        problem = new Problem(kind, message, null, null);
    }

    /** An option that cannot be read, or that there is not. */
    public static BadRequest option(String name, String value, String expected) {
        return new BadRequest(Kind.BAD_REQUEST, name + ": " + shown(value) + " (expected: " + expected + ")");
    }

    static BadRequest longHeader(String name, int length, int max) {
        return new BadRequest(
                Kind.HEADER_TOO_LARGE, name + ": " + length + " characters (expected: at most " + max + ")");
    }

    static BadRequest json(String what, String expected) {
        return new BadRequest(Kind.BAD_REQUEST, "body: " + what + " (expected: " + expected + ")");
    }

    /** A body that is larger than this server takes while it lets requests wait. */
    public static BadRequest tooLarge(long max) {
        return new BadRequest(
                Kind.TOO_LARGE,
                "body: larger than " + max + " bytes (expected: at most that, for a request that waits)");
    }

    /** The body of a model request that is too large to be looked at, where it matters which model it names. */
    public static BadRequest unknownModel(long max) {
        return new BadRequest(
                Kind.TOO_LARGE,
                "body: larger than " + max
                        + " bytes (expected: at most that, because it matters here which model it names)");
    }

    /** A caller that is not let in. */
    public static BadRequest unauthorized(String message) {
        return new BadRequest(Kind.UNAUTHORIZED, message);
    }

    /** A caller of whom nobody can say who it is; that is not its own fault. */
    public static BadRequest unknownCaller() {
        return new BadRequest(Kind.CALLER_UNKNOWN, "The server could not find out who sends this request.");
    }

    /** What to answer. */
    public Problem problem() {
        return problem;
    }

    private static String shown(String value) {
        return value.length() <= SHOWN ? "'" + value + "'" : "'" + value.substring(0, SHOWN) + "...'";
    }
}
