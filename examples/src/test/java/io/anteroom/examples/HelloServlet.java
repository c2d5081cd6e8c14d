// SPDX-License-Identifier: Apache-2.0
package io.anteroom.examples;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;

/** What the filter stands before in the examples; {@code ?hold} keeps its slot until the gate opens. */
public final class HelloServlet extends HttpServlet {
    private static final long serialVersionUID = 1;

    static volatile CountDownLatch gate = new CountDownLatch(0);

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        try {
            if (request.getQueryString() != null) {
                gate.await();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        response.setContentType("text/plain");
        response.getWriter().print("hello");
    }
}
