// SPDX-License-Identifier: Apache-2.0
package io.anteroom.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.contract.app.AppLog;
import io.anteroom.contract.app.Stage;
import io.anteroom.contract.client.RawFrames;
import org.junit.jupiter.api.Test;

/**
 * That Tomcat, set up as documented, reads the frames of a new connection in their order however its threads are timed;
 * and that it does not by default. There is no filter before this application: the bytes are lost before there is a
 * request. To be played alone, as it listens to what Tomcat logs, and that is the same for all servers of the process.
 */
public abstract class FramesContract {
    private static final int LENGTH = 50_000;
    private static final String FRAME_SIZE_ERROR = "GOAWAY 6";

    private final Container container;
    private final Container byDefault;

    /**
     * The contract on Tomcat.
     *
     * @param container as documented
     * @param byDefault with asynchronous reading left on
     */
    protected FramesContract(Container container, Container byDefault) {
        this.container = container;
        this.byDefault = byDefault;
    }

    @Test
    void bodyRightAfterThePreface_arrivesWhole() throws Exception {
        assertThat(echoTimedBadly(container)).isEqualTo(String.valueOf(LENGTH));
    }

    /** When this fails Tomcat reads from one thread at a time, and docs/containers.md needs no T7 any more. */
    @Test
    void bodyRightAfterThePreface_byDefault_isTakenForFrames() throws Exception {
        assertThat(echoTimedBadly(byDefault)).isEqualTo(FRAME_SIZE_ERROR);
    }

    private static String echoTimedBadly(Container on) throws Exception {
        Deployment app = new Deployment(
                context -> context.addServlet("app", new Stage(new AppLog())).addMapping("/v1/*"),
                Deployment.Kind.PLAIN);
        try (Container.Running server = on.start(app);
                TwoReaders readers = new TwoReaders();
                RawFrames connection = RawFrames.to(server.port())) {
            readers.awaitPreface();
            connection.post("/v1/echo", LENGTH);
            readers.sent();
            return connection.answer();
        }
    }
}
