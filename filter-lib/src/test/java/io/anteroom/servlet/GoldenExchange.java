// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** A request and its answer without a server: everything that would go out, in order, as text. */
final class GoldenExchange {
    private final Map<String, String> asked = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final Map<String, Object> attributes = new HashMap<>();
    private final Map<String, String> told = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private final String path;
    private final byte[] sent;
    private final Runnable flushed;
    private int status = 200;
    private boolean isCommitted;

    /**
     * An exchange that has not begun.
     *
     * @param flushed called after each flush of the answer
     */
    GoldenExchange(String path, String json, Runnable flushed) {
        this.path = path;
        this.sent = json.getBytes(StandardCharsets.UTF_8);
        this.flushed = flushed;
        asked.put("Content-Type", "application/json");
        asked.put("Queue-Request-Id", "id1");
    }

    void asks(String name, String value) {
        asked.put(name, value);
    }

    /** The whole answer: status, header fields by name, and the body. */
    String text() {
        StringBuilder text = new StringBuilder().append(status).append('\n');
        told.forEach(
                (name, value) -> text.append(name).append(": ").append(value).append('\n'));
        return text.append('\n').append(body.toString(StandardCharsets.UTF_8)).toString();
    }

    HttpServletRequest request() {
        Map<String, Function<Object[], Object>> methods = new HashMap<>();
        methods.put("getMethod", x -> "POST");
        methods.put("getProtocol", x -> "HTTP/1.1");
        methods.put("getServletPath", x -> path);
        methods.put("getRequestURI", x -> path);
        methods.put("getRemoteAddr", x -> "127.0.0.1");
        methods.put("getDispatcherType", x -> DispatcherType.REQUEST);
        methods.put("getContentType", x -> asked.get("Content-Type"));
        methods.put("getContentLengthLong", x -> (long) sent.length);
        methods.put("getHeader", x -> asked.get(x[0]));
        methods.put("getHeaders", x -> Collections.enumeration(List.of()));
        methods.put("getAttribute", x -> attributes.get(x[0]));
        methods.put("setAttribute", x -> attributes.put((String) x[0], x[1]));
        methods.put("getInputStream", x -> input());
        return Fakes.of(HttpServletRequest.class, methods);
    }

    HttpServletResponse response() {
        Map<String, Function<Object[], Object>> methods = new HashMap<>();
        methods.put("setStatus", x -> status = isCommitted ? status : (int) x[0]);
        methods.put("getStatus", x -> status);
        methods.put("isCommitted", x -> isCommitted);
        methods.put("setHeader", x -> tell((String) x[0], x[1]));
        methods.put("addHeader", x -> tell((String) x[0], x[1]));
        methods.put("getHeader", x -> told.get(x[0]));
        methods.put("setContentType", x -> tell("Content-Type", x[0]));
        methods.put("getContentType", x -> told.get("Content-Type"));
        methods.put("setContentLength", x -> tell("Content-Length", x[0]));
        methods.put("setContentLengthLong", x -> tell("Content-Length", x[0]));
        methods.put("getOutputStream", x -> output());
        methods.put("flushBuffer", x -> flush());
        return Fakes.of(HttpServletResponse.class, methods);
    }

    private Object tell(String name, Object value) {
        if (!isCommitted) {
            told.put(name, String.valueOf(value));
        }
        return null;
    }

    private Object flush() {
        isCommitted = true;
        flushed.run();
        return null;
    }

    private ServletInputStream input() {
        ByteArrayInputStream in = new ByteArrayInputStream(sent);
        return new ServletInputStream() {
            @Override
            public int read() {
                return in.read();
            }

            @Override
            public boolean isFinished() {
                return in.available() == 0;
            }

            @Override
            public boolean isReady() {
                return true;
            }

            @Override
            public void setReadListener(ReadListener listener) {
                throw new UnsupportedOperationException();
            }
        };
    }

    private ServletOutputStream output() {
        return new ServletOutputStream() {
            @Override
            public void write(int value) {
                body.write(value);
            }

            @Override
            public void flush() {
                GoldenExchange.this.flush();
            }

            @Override
            public boolean isReady() {
                return true;
            }

            @Override
            public void setWriteListener(WriteListener listener) {
                throw new UnsupportedOperationException();
            }
        };
    }
}
