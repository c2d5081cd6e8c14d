// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.idempotency;

import io.anteroom.gateway.idempotency.Recordings.First;
import io.anteroom.gateway.idempotency.Recordings.Other;
import io.anteroom.gateway.idempotency.Recordings.Same;
import io.anteroom.gateway.idempotency.Recordings.Turn;
import io.anteroom.protocol.Answer;
import io.anteroom.protocol.Answers;
import io.anteroom.protocol.Dialect;
import io.anteroom.protocol.Problem;
import io.anteroom.protocol.Problem.Kind;
import io.anteroom.servlet.Identity;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Predicate;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Before the queue: a request with the {@code Idempotency-Key} of one that is under way gets that one's answer, and
 * takes neither a place nor a slot; one that comes after it gets the answer that was kept. Only for callers with a key
 * that counts: an address may be that of many.
 */
public final class IdempotencyHandler extends Handler.Wrapper {
    /** The attribute that holds a body that has been read whole, as bytes. */
    public static final String BODY = IdempotencyHandler.class.getName() + ".body";

    private static final String FIELD = "Idempotency-Key";
    private static final int LONGEST_KEY = 256;

    private static final Problem REUSED = new Problem(
            Kind.BAD_REQUEST,
            "This Idempotency-Key came with another request before (expected: a key of its own for each request).",
            null,
            null,
            422,
            "idempotency_key_reused");

    private static final Problem BUSY = new Problem(
            Kind.RATE_LIMITED,
            "Too many requests with this Idempotency-Key are being answered (expected: at most "
                    + Recording.MOST_FOLLOWERS + " at once). Please try again in 1s.",
            Duration.ofSeconds(1),
            null,
            429,
            "idempotency_key_busy");

    private final IdempotencySettings settings;
    private final Predicate<Identity> isKnown;
    private final Recordings recordings;

    /**
     * A handler before another.
     *
     * @param isKnown whether a caller may come in at all, which an answer that was kept must not get around
     */
    public IdempotencyHandler(Handler next, IdempotencySettings settings, Predicate<Identity> isKnown) {
        super(next);
        this.settings = settings;
        this.isKnown = isKnown;
        this.recordings = new Recordings(settings, System::nanoTime);
    }

    /** Whether the body of a request matters here. */
    public static boolean wantsBody(Request request) {
        return request.getMethod().equals("POST") && request.getHeaders().contains(FIELD);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        Object body = request.removeAttribute(BODY);
        String key = body instanceof byte[] ? key(request) : null;
        if (key == null) {
            return super.handle(request, response, callback);
        }
        String payload = payload(request, (byte[]) body);
        return take(recordings.turn(key, payload), new Once(key, payload, request, response, callback));
    }

    /** A request that has a key. */
    private record Once(String key, String payload, Request request, Response response, Callback callback) {}

    private boolean take(Turn turn, Once once) throws Exception {
        if (turn instanceof First first) {
            return lead(first.recording(), once);
        }
        if (turn instanceof Same same) {
            Follower follower = new Follower(
                    same.recording(), once.request(), once.response(), once.callback(), () -> goOn(same, once));
            if (!follower.begin()) {
                refuse(once, BUSY);
            }
            return true;
        }
        if (turn instanceof Other) {
            refuse(once, REUSED);
        }
        return true;
    }

    private boolean lead(Recording recording, Once once) throws Exception {
        Recorder recorder = new Recorder(once.request(), once.response(), recording);
        Callback whenOver = new Callback.Nested(once.callback()) {
            @Override
            public void succeeded() {
                try {
                    over(true, recorder, recording, once);
                } finally {
                    super.succeeded();
                }
            }

            @Override
            public void failed(Throwable cause) {
                try {
                    over(false, recorder, recording, once);
                } finally {
                    super.failed(cause);
                }
            }
        };
        boolean isThrough = false;
        try {
            boolean isHandled = super.handle(once.request(), recorder, whenOver);
            isThrough = isHandled;
            return isHandled;
        } finally {
            if (!isThrough) {
                over(false, recorder, recording, once);
            }
        }
    }

    /** Tells those who follow, whose trouble is none of the one whom they follow. */
    private void over(boolean isWhole, Recorder recorder, Recording recording, Once once) {
        boolean mayBeKept = false;
        try {
            mayBeKept = recorder.ended(isWhole);
        } finally {
            recordings.ended(once.key(), recording, mayBeKept);
        }
    }

    /** The one that this request followed broke off before anything came of it. */
    private void goOn(Same before, Once once) {
        Turn turn = recordings.again(once.key(), once.payload(), before.recording());
        try {
            once.request().getContext().execute(() -> goOn(turn, once));
        } catch (RejectedExecutionException e) {
            once.callback().failed(e);
        }
    }

    private void goOn(Turn turn, Once once) {
        try {
            if (!take(turn, once)) {
                Response.writeError(once.request(), once.response(), once.callback(), 404);
            }
        } catch (Exception e) {
            Response.writeError(once.request(), once.response(), once.callback(), e);
        }
    }

    private static void refuse(Once once, Problem problem) {
        Request request = once.request();
        Dialect dialect = Dialect.ofPath(Request.getPathInContext(request));
        Answer answer = Answers.of(problem, dialect, "", request.getHeaders().get(HttpHeader.ACCEPT));
        Response response = once.response();
        response.setStatus(answer.status());
        answer.headers().forEach(response.getHeaders()::put);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, answer.contentType());
        response.write(true, ByteBuffer.wrap(answer.body()), once.callback());
    }

    /** Whose request it is, and by which key; null if it has none, or is none of those that are repeated here. */
    private @Nullable String key(Request request) {
        HttpFields headers = request.getHeaders();
        String own = headers.get(FIELD);
        boolean isNamed = own != null && !own.isBlank() && own.length() <= LONGEST_KEY;
        if (!isNamed || !settings.isFor(Request.getPathInContext(request)) || headers.contains("Queue-Ticket")) {
            return null;
        }
        Optional<Identity> caller = caller(headers);
        return caller.filter(isKnown).map(known -> known.flow() + '\n' + own).orElse(null);
    }

    private static Optional<Identity> caller(HttpFields headers) {
        String authorization = headers.get(HttpHeader.AUTHORIZATION);
        if (authorization != null && authorization.regionMatches(true, 0, "Bearer ", 0, 7)) {
            String secret = authorization.substring(7).trim();
            if (!secret.isEmpty()) {
                return Optional.of(Identity.ofSecret(secret));
            }
        }
        String secret = headers.get("x-api-key");
        return secret == null || secret.isBlank() ? Optional.empty() : Optional.of(Identity.ofSecret(secret.trim()));
    }

    /** What is asked for: the same key with anything else is a mistake. */
    private static String payload(Request request, byte[] body) {
        try {
            MessageDigest hash = MessageDigest.getInstance("SHA-256");
            String target = request.getHttpURI().getPathQuery();
            hash.update((target + '\n').getBytes(StandardCharsets.UTF_8));
            hash.update(body);
            return HexFormat.of().formatHex(hash.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }
}
