// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.idempotency;

import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** An answer that is recorded while it is given. */
final class Recorder extends Response.Wrapper {
    /** The status of an answer whose client has left, which nobody gets. */
    private static final int CLIENT_CLOSED_REQUEST = 499;

    private final Recording recording;

    Recorder(Request request, Response response, Recording recording) {
        super(request, response);
        this.recording = recording;
    }

    @Override
    public void write(boolean last, @Nullable ByteBuffer bytes, Callback callback) {
        boolean isForSomebody = getStatus() != CLIENT_CLOSED_REQUEST;
        if (isForSomebody) {
            begin();
            if (bytes != null && bytes.hasRemaining()) {
                byte[] copy = new byte[bytes.remaining()];
                bytes.slice().get(copy);
                recording.add(copy);
            }
        }
        super.write(last, bytes, callback);
    }

    private void begin() {
        if (recording.stage() == Recording.Stage.NOTHING) {
            int status = getStatus() == 0 ? 200 : getStatus();
            recording.begin(status, HttpFields.build(getHeaders()).asImmutable());
        }
    }

    /** The exchange is over. */
    void ended(boolean isWell) {
        if (isWell && getStatus() != CLIENT_CLOSED_REQUEST) {
            begin();
            recording.end(true);
        } else {
            recording.end(false);
        }
    }
}
