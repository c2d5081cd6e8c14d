// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.idempotency;

import io.anteroom.gateway.idempotency.Recording.Head;
import io.anteroom.gateway.idempotency.Recording.Stage;
import io.anteroom.gateway.net.ClientWatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.IteratingCallback;

/**
 * Gives a client the answer of another request, as far as it is there, at the pace at which this client reads. If the
 * other breaks off before this client has got anything, it is told so, once, and may be the next to be answered.
 */
final class Follower extends IteratingCallback {
    /** What belongs to the one request, its client and its connection. */
    private static final Set<String> NOT_COPIED = Set.of(
            "date", "connection", "keep-alive", "transfer-encoding", "queue-request-id", "set-cookie", "set-cookie2");

    private final Recording recording;
    private final Request request;
    private final Response response;
    private final Callback callback;
    private final Runnable whenBroken;
    private final Runnable news = this::iterate;
    private int next;
    private boolean hasBegun;
    private boolean isLastWritten;
    private boolean isHandedOn;

    Follower(Recording recording, Request request, Response response, Callback callback, Runnable whenBroken) {
        this.recording = recording;
        this.request = request;
        this.response = response;
        this.callback = callback;
        this.whenBroken = whenBroken;
    }

    /** Begins; false if as many follow as may, and nothing has happened then. */
    boolean begin() {
        if (!recording.follow(news)) {
            return false;
        }
        ClientWatch watch = ClientWatch.of(request.getAttribute(ClientWatch.attribute()));
        if (watch != null) {
            watch.onGone(() -> abort(new IOException("the client has left")));
        }
        iterate();
        return true;
    }

    @Override
    protected Action process() {
        if (isLastWritten) {
            return Action.SUCCEEDED;
        }
        Stage stage = recording.stage();
        Head head = recording.head();
        if (stage == Stage.BROKEN) {
            return broken();
        }
        if (head == null) {
            return Action.IDLE;
        }
        byte[] piece = recording.piece(next);
        boolean isLast = stage == Stage.WHOLE && recording.piece(next + 1) == null;
        if (piece == null && !isLast) {
            return Action.IDLE;
        }
        begin(head);
        next++;
        isLastWritten = isLast;
        response.write(isLast, piece == null ? null : ByteBuffer.wrap(piece), this);
        return Action.SCHEDULED;
    }

    private void begin(Head head) {
        if (hasBegun) {
            return;
        }
        hasBegun = true;
        response.setStatus(head.status());
        for (HttpField field : head.headers()) {
            if (!NOT_COPIED.contains(field.getLowerCaseName())) {
                response.getHeaders().add(field);
            }
        }
        response.getHeaders().put("Idempotent-Replayed", "true");
    }

    private Action broken() {
        if (hasBegun) {
            abort(new IOException("the answer that this one follows broke off"));
            return Action.IDLE;
        }
        isHandedOn = true;
        isLastWritten = true;
        return Action.SUCCEEDED;
    }

    @Override
    protected void onCompleteSuccess() {
        recording.unfollow(news);
        if (isHandedOn) {
            whenBroken.run();
        } else {
            callback.succeeded();
        }
    }

    @Override
    protected void onCompleteFailure(Throwable cause) {
        recording.unfollow(news);
        callback.failed(cause);
    }
}
