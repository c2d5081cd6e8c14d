// SPDX-License-Identifier: Apache-2.0
package io.anteroom.protocol;

import io.anteroom.protocol.Dialect.Family;
import org.jspecify.annotations.Nullable;

/**
 * How one client is spoken to.
 *
 * @param dialect its API
 * @param status how it is told its standing while it waits; {@link StatusMode#NONE} if it waits in silence
 * @param isStatusAsked whether it asked for a mode, so that it is told which one it got
 * @param model the model that it asked for, or null
 * @param wantsMetadata whether a JSON answer tells it how it waited
 */
public record Manner(
        Dialect dialect,
        StatusMode status,
        boolean isStatusAsked,
        @Nullable String model,
        boolean wantsMetadata) {
    private static final int MAX_MODEL = 256;
    private static final Manner[] SILENT = silent();

    /** Keeps the beginning of a model's name that is too long to be one. */
    public Manner {
        if (model != null && model.length() > MAX_MODEL) {
            model = model.substring(0, MAX_MODEL);
        }
    }

    private static Manner[] silent() {
        Dialect[] dialects = Dialect.values();
        Manner[] silent = new Manner[dialects.length];
        for (Dialect dialect : dialects) {
            silent[dialect.ordinal()] = new Manner(dialect, StatusMode.NONE, false, null, false);
        }
        return silent;
    }

    /** The manner for requests that say nothing: silence. */
    public static Manner silent(Dialect dialect) {
        return SILENT[dialect.ordinal()];
    }

    /**
     * What really can be done.
     *
     * @param dialect the client's API
     * @param asked the mode that it asks for, or null
     * @param usual the mode of those who do not ask
     * @param streams whether its answer is streamed
     * @param isJson whether it sent JSON, so that it may be sent white space before JSON
     */
    public static Manner of(
            Dialect dialect, @Nullable StatusMode asked, StatusMode usual, boolean streams, boolean isJson) {
        if (streams && dialect.mayStream()) {
            StatusMode mode = (asked == null ? usual : asked).inStreamOf(dialect);
            return new Manner(dialect, mode, asked != null, null, false);
        }
        if (asked == null) {
            return silent(dialect);
        }
        boolean mayPad = asked == StatusMode.WHITESPACE && isJson;
        return new Manner(dialect, mayPad ? StatusMode.WHITESPACE : StatusMode.NONE, true, null, false);
    }

    /** The same with what its body says. */
    public Manner saying(@Nullable String model, boolean wantsMetadata) {
        return model == null && !wantsMetadata
                ? this
                : new Manner(dialect, status, isStatusAsked, model, wantsMetadata);
    }

    /** Whether something is sent while it waits. */
    public boolean showsStatus() {
        return status != StatusMode.NONE;
    }

    /** The content type that an answer has which is begun while its request waits. */
    public String contentType() {
        if (status == StatusMode.WHITESPACE) {
            return "application/json";
        }
        return dialect.family() == Family.OLLAMA ? "application/x-ndjson" : "text/event-stream";
    }

    /** Whether an answer of this content type can follow what has been sent. */
    public boolean isContinuedBy(String type) {
        int end = type.indexOf(';');
        String bare = (end < 0 ? type : type.substring(0, end)).trim();
        if (status == StatusMode.WHITESPACE) {
            return bare.equalsIgnoreCase("application/json")
                    || bare.regionMatches(true, Math.max(0, bare.length() - 5), "+json", 0, 5);
        }
        return bare.equalsIgnoreCase(contentType());
    }
}
