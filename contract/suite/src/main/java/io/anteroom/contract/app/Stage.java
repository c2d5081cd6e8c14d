// SPDX-License-Identifier: Apache-2.0
package io.anteroom.contract.app;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * The application: plays the act that the first segment below its mapping names. A request with {@code hold=start}
 * waits at its gate before the act begins.
 */
@SuppressWarnings("serial") // Never serialized.
public final class Stage extends HttpServlet {
    private final AppLog log;

    /** An application that tells {@code log} what it sees. */
    public Stage(AppLog log) {
        this.log = log;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        Cue cue = Cue.of(request, response, log);
        DispatcherType dispatched = request.getDispatcherType();
        if (dispatched == DispatcherType.FORWARD || dispatched == DispatcherType.INCLUDE) {
            actOf(request).play(cue);
            return;
        }
        boolean isFlood = String.valueOf(request.getPathInfo()).startsWith("/flood");
        log.enter(cue.id());
        if (!isFlood) {
            log.beginWork();
        }
        try {
            if (cue.has("hold=start")) {
                log.pass(cue.id());
            }
            actOf(request).play(cue);
        } finally {
            if (!isFlood) {
                log.endWork();
            }
            log.leave(cue.id());
        }
    }

    private static Act actOf(HttpServletRequest request) throws IOException {
        Object included = request.getAttribute("jakarta.servlet.include.path_info");
        String path = included == null ? request.getPathInfo() : included.toString();
        String name = path == null ? "" : path.substring(1).split("[/;]", 2)[0];
        Act act = BlockingActs.ALL.get(name);
        if (act == null) {
            act = AsyncActs.ALL.get(name);
        }
        if (act == null) {
            throw new IOException("no act of that name: " + name);
        }
        return act;
    }
}
