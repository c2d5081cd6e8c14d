// SPDX-License-Identifier: Apache-2.0
package io.anteroom.protocol;

import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads a request's options from its header fields. */
public final class HeaderOptions {
    static final int MAX_VALUE = 256;

    private final Function<String, @Nullable String> headers;

    private HeaderOptions(Function<String, @Nullable String> headers) {
        this.headers = headers;
    }

    /**
     * The options in a request's header fields.
     *
     * @param headers the first value of a field, or null
     * @throws BadRequest if a value cannot be read or is too long
     */
    public static Options read(Function<String, @Nullable String> headers) throws BadRequest {
        return new HeaderOptions(headers).read();
    }

    /** A client's own request id: its value if it is 1 to 128 of A-Z a-z 0-9 . _ -, else null. */
    public static @Nullable String requestId(@Nullable String value) {
        return value != null && OptionValues.isId(value) ? value : null;
    }

    /**
     * The model, of a request whose body need not name one.
     *
     * @throws BadRequest if the name is too long
     */
    public static @Nullable String model(Function<String, @Nullable String> headers) throws BadRequest {
        return new HeaderOptions(headers).value(Headers.MODEL);
    }

    /** What a client says besides whose answer comes in one piece, so that it hears nothing until then. */
    public static Options ofSilence(Function<String, @Nullable String> headers) {
        Duration timeout = clientTimeout(headers.apply(Headers.STAINLESS_READ_TIMEOUT));
        return timeout == null ? Options.NONE : new Options(null, null, null, null, null, null, timeout, null);
    }

    private Options read() throws BadRequest {
        String priority = value(Headers.PRIORITY);
        String maxWait = value(Headers.MAX_WAIT);
        String onFull = value(Headers.ON_FULL);
        String enabled = value(Headers.ENABLED);
        String batch = value(Headers.BATCH);
        String prefer = value("Prefer");
        String onTimeout = value(Headers.ON_TIMEOUT);
        Duration clientTimeout = clientTimeout(headers.apply(Headers.STAINLESS_TIMEOUT));
        boolean silent = priority == null && maxWait == null && onFull == null && enabled == null && batch == null;
        if (silent && prefer == null && clientTimeout == null && onTimeout == null) {
            return Options.NONE;
        }
        return new Options(
                priority == null ? null : OptionValues.priority(Headers.PRIORITY, priority),
                maxWait == null ? preferredWait(prefer) : OptionValues.millis(Headers.MAX_WAIT, maxWait),
                onFull == null ? null : OptionValues.onFull(Headers.ON_FULL, onFull),
                enabled == null ? null : (Boolean) OptionValues.bool(Headers.ENABLED, enabled),
                batch == null ? null : OptionValues.id(Headers.BATCH, batch),
                preferredStatus(prefer),
                clientTimeout,
                onTimeout == null ? null : (Boolean) OptionValues.onTimeout(Headers.ON_TIMEOUT, onTimeout));
    }

    private @Nullable String value(String name) throws BadRequest {
        String value = headers.apply(name);
        if (value == null) {
            return null;
        }
        if (value.length() > MAX_VALUE) {
            throw BadRequest.longHeader(name, value.length(), MAX_VALUE);
        }
        return value.trim();
    }

    /** For one that wants a ticket it says how long to wait for that, and nothing of the queue. */
    private static @Nullable Duration preferredWait(@Nullable String prefer) {
        return Preferences.respondAsync(prefer) ? null : Preferences.wait(prefer);
    }

    private static @Nullable StatusMode preferredStatus(@Nullable String prefer) {
        String status = Preferences.value(prefer, "queue-status");
        return status == null ? null : StatusMode.ofWord(status);
    }

    private static @Nullable Duration clientTimeout(@Nullable String value) {
        return value == null ? null : seconds(value.trim());
    }

    static @Nullable Duration seconds(String value) {
        try {
            double seconds = Double.parseDouble(value);
            boolean readable = seconds >= 0 && seconds <= 86_400;
            return readable ? Duration.ofMillis((long) (seconds * 1000)) : null;
        } catch (NumberFormatException e) {
            return null;
        }
    }
}
