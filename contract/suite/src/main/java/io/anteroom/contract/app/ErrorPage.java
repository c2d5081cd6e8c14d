// SPDX-License-Identifier: Apache-2.0
package io.anteroom.contract.app;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** The application's own error page, reached by an ERROR dispatch. */
@SuppressWarnings("serial") // Never serialized.
public final class ErrorPage extends HttpServlet {
    /** Where it is mapped. */
    public static final String PATH = "/sorry";

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setContentType("text/plain");
        Object status = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE);
        response.getOutputStream().print("sorry: " + status + " for " + request.getHeader("X-Id"));
    }
}
