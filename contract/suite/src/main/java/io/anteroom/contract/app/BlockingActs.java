// SPDX-License-Identifier: Apache-2.0
package io.anteroom.contract.app;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletRequest;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** The acts that stay on the thread of the call. */
public final class BlockingActs {
    static final Map<String, Act> ALL = Map.ofEntries(
            Map.entry("hello", BlockingActs::hello),
            Map.entry("hello-flushed", BlockingActs::helloFlushed),
            Map.entry("echo", BlockingActs::echo),
            Map.entry("chat", BlockingActs::echo),
            Map.entry("json", BlockingActs::json),
            Map.entry(
                    "fallback",
                    cue -> cue.write("falls back to " + cue.request().getAttribute("io.anteroom.fallback"))),
            Map.entry("echo-reader", BlockingActs::echoReader),
            Map.entry("never-reads", BlockingActs::hello),
            Map.entry("tell", BlockingActs::tell),
            Map.entry("sse", BlockingActs::sse),
            Map.entry("flood", BlockingActs::flood),
            Map.entry("big", BlockingActs::big),
            Map.entry("throw", BlockingActs::throwBefore),
            Map.entry("throw-error", BlockingActs::throwError),
            Map.entry("throw-after", BlockingActs::throwAfter),
            Map.entry("send-error", BlockingActs::sendError),
            Map.entry("send-error-after", BlockingActs::sendErrorAfter),
            Map.entry("unavailable", BlockingActs::unavailable),
            Map.entry("redirect", cue -> cue.response().sendRedirect("/elsewhere")),
            Map.entry("reset", BlockingActs::reset),
            Map.entry("gzip", BlockingActs::gzip),
            Map.entry("writer", BlockingActs::writer),
            Map.entry("work", BlockingActs::work),
            Map.entry("nothing", cue -> cue.passMiddle()),
            Map.entry("forward", cue -> dispatcher(cue).forward(cue.request(), cue.response())),
            Map.entry("include", BlockingActs::include));

    /** The length of the big answer. */
    public static final int BIG = 16 << 20;

    private static final int BLOCK = 16 << 10;

    private BlockingActs() {}

    static String greeting(String id) {
        return "hello " + id;
    }

    static void hello(Cue cue) throws IOException {
        cue.response().setContentType("text/plain");
        cue.write(greeting(cue.id()));
    }

    private static void work(Cue cue) throws IOException {
        cue.takeTime();
        hello(cue);
    }

    private static void helloFlushed(Cue cue) throws IOException {
        cue.response().setContentType("text/plain");
        cue.write("hello ");
        cue.flush();
        cue.write(cue.id());
    }

    private static void echo(Cue cue) throws IOException {
        byte[] body = cue.request().getInputStream().readAllBytes();
        describe(cue, body.length);
        cue.response().getOutputStream().write(body);
    }

    /** Sends the body back as JSON of a declared length. */
    private static void json(Cue cue) throws IOException {
        byte[] body = cue.request().getInputStream().readAllBytes();
        cue.response().setContentType("application/json");
        cue.response().setContentLength(body.length);
        cue.response().getOutputStream().write(body);
    }

    private static void echoReader(Cue cue) throws IOException {
        StringBuilder body = new StringBuilder();
        try (BufferedReader reader = cue.request().getReader()) {
            copy(reader, body);
        }
        byte[] bytes = body.toString().getBytes(StandardCharsets.UTF_8);
        describe(cue, bytes.length);
        cue.response().getOutputStream().write(bytes);
    }

    private static void copy(Reader from, StringBuilder to) throws IOException {
        for (int next = from.read(); next >= 0; next = from.read()) {
            to.append((char) next);
        }
    }

    /** Says in headers what the application could see of the request. */
    static void describe(Cue cue, int length) {
        HttpServletRequest request = cue.request();
        cue.response().setContentType("application/octet-stream");
        cue.response().setContentLength(length);
        cue.response().setHeader("Seen-Length", String.valueOf(request.getContentLengthLong()));
        cue.response().setHeader("Seen-Length-Header", String.valueOf(request.getHeader("Content-Length")));
        cue.response().setHeader("Seen-Encoding", String.valueOf(request.getHeader("Accept-Encoding")));
    }

    private static void tell(Cue cue) throws IOException {
        HttpServletRequest request = cue.request();
        cue.response().setContentType("text/plain");
        cue.write(String.join(
                "\n",
                request.getMethod(),
                request.getRequestURI(),
                String.valueOf(request.getQueryString()),
                String.valueOf(request.getPathInfo()),
                String.valueOf(request.getParameter("p")),
                String.valueOf(request.getHeader("Accept-Encoding"))));
    }

    private static void sse(Cue cue) throws IOException {
        cue.response().setContentType("text/event-stream");
        cue.write("data: first\n\n");
        cue.flush();
        cue.passMiddle();
        cue.takeTime();
        cue.write("data: second\n\n");
        cue.flush();
        cue.write("data: [DONE]\n\n");
    }

    private static void flood(Cue cue) throws IOException {
        cue.response().setContentType("text/event-stream");
        ServletOutputStream out = cue.response().getOutputStream();
        byte[] block = "data: flood\n\n".repeat(BLOCK / 13).getBytes(StandardCharsets.ISO_8859_1);
        for (int sent = 0; sent < 64 << 20; sent += block.length) {
            out.write(block);
            out.flush();
        }
    }

    private static void big(Cue cue) throws IOException {
        cue.response().setContentType("application/octet-stream");
        cue.response().setContentLength(BIG);
        byte[] block = "x".repeat(BLOCK).getBytes(StandardCharsets.ISO_8859_1);
        for (int sent = 0; sent < BIG; sent += BLOCK) {
            cue.response().getOutputStream().write(block);
        }
    }

    private static void throwBefore(Cue cue) throws ServletException {
        throw new ServletException("planned, for " + cue.id());
    }

    private static void throwError(Cue cue) {
        throw new LinkageError("planned, for " + cue.id());
    }

    private static void throwAfter(Cue cue) throws IOException {
        cue.response().setContentType("text/event-stream");
        cue.write("data: first\n\n");
        cue.flush();
        cue.passMiddle();
        throw new IllegalStateException("planned, for " + cue.id());
    }

    private static void sendError(Cue cue) throws IOException {
        cue.response().sendError(418, "planned");
    }

    private static void sendErrorAfter(Cue cue) throws IOException {
        cue.response().setContentType("text/event-stream");
        cue.write("data: first\n\n");
        cue.flush();
        cue.passMiddle();
        cue.response().sendError(500, "planned");
    }

    private static void unavailable(Cue cue) throws IOException {
        cue.response().setStatus(503);
        cue.response().setHeader("Retry-After", "7");
        cue.response().setContentType("application/json");
        cue.write("{\"error\":{\"message\":\"no capacity\",\"code\":\"overloaded\"}}");
    }

    private static void reset(Cue cue) throws IOException {
        cue.write("should never be seen");
        cue.response().reset();
        hello(cue);
    }

    private static void gzip(Cue cue) throws IOException {
        String accepted = cue.request().getHeader("Accept-Encoding");
        if (accepted != null && accepted.contains("gzip")) {
            cue.response().setHeader("Content-Encoding", "gzip");
            cue.write("\u001f\u008bcompressed");
        } else {
            sse(cue);
        }
    }

    private static void writer(Cue cue) throws IOException {
        cue.response().setContentType("text/event-stream");
        cue.response().getWriter().write("data: first\n\n");
        cue.response().getWriter().flush();
        cue.passMiddle();
        cue.response().getWriter().write("data: second\n\n");
        cue.response().getWriter().close();
    }

    private static void include(Cue cue) throws IOException, ServletException {
        cue.response().setContentType("text/plain");
        cue.write("[");
        dispatcher(cue).include(cue.request(), cue.response());
        cue.write("]");
    }

    private static RequestDispatcher dispatcher(Cue cue) {
        return cue.request().getRequestDispatcher("/v1/hello");
    }
}
