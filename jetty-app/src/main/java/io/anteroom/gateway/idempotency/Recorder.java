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

    /** Set by whoever ends an answer with an error after it had begun, or gives it up; see the filter's. */
    private static final String ENDS_SHORT = "io.anteroom.ends-short";

    private static final String ABANDONED = "abandoned";

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

    /** The exchange is over; whether its answer may be kept as far as that can be told here. */
    boolean ended(boolean isWell) {
        if (!isWell) {
            // Not asked for anything: the request may be the container's again.
            recording.end(false);
            return false;
        }
        Object endsShort = getRequest().getAttribute(ENDS_SHORT);
        if (getStatus() != CLIENT_CLOSED_REQUEST && !ABANDONED.equals(endsShort)) {
            begin();
            recording.end(true);
        } else {
            recording.end(false);
        }
        return endsShort == null;
    }
}
