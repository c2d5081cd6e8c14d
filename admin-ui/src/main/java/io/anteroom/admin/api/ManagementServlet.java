// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.api;

import io.anteroom.admin.access.Access;
import io.anteroom.settings.StoreException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Serves the management API under any path of any web application. At most {@value #AT_ONCE} calls are under way at a
 * time, so that it takes no more of a host's threads than that. Safe from any thread.
 */
public final class ManagementServlet extends HttpServlet {
    static final int AT_ONCE = 32;

    private static final long serialVersionUID = 1L;
    private static final System.Logger LOG = System.getLogger(ManagementServlet.class.getName());
    private static final Duration BUSY_FOR = Duration.ofSeconds(1);
    private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE");

    private final transient Access access;
    private final transient RouteTable table;
    private final transient Gatekeeper gatekeeper;
    private final transient Semaphore turns = new Semaphore(AT_ONCE);

    /** The API of a table. */
    public ManagementServlet(Access access, RouteTable table) {
        this.access = access;
        this.table = table;
        this.gatekeeper = new Gatekeeper(access);
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String id = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
        headers(response, id);
        try {
            if (!turns.tryAcquire()) {
                throw new ApiProblem(503, "busy", "too many calls are under way (expected: at most " + AT_ONCE + ")")
                        .retryAfter(BUSY_FOR);
            }
            try {
                write(response, answer(id, request, response));
            } finally {
                turns.release();
            }
        } catch (ApiProblem problem) {
            tell(request, response, problem, id);
        } catch (StoreException e) {
            LOG.log(Level.ERROR, "management call " + id + " failed: " + e.getMessage());
            tell(
                    request,
                    response,
                    new ApiProblem(503, "storage_unavailable", "the database cannot be used; the log says why"),
                    id);
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "management call " + id + " failed", e);
            tell(
                    request,
                    response,
                    new ApiProblem(500, "internal_error", "a fault of the server; the log has it under " + id),
                    id);
        }
    }

    private static void headers(HttpServletResponse response, String id) {
        response.setHeader("X-Request-Id", id);
        response.setHeader("Cache-Control", "no-store");
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader("Referrer-Policy", "no-referrer");
        response.setHeader("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
        response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
    }

    private Reply answer(String id, HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (!access.isForUs(request)) {
            throw new ApiProblem(
                    421,
                    "misdirected_request",
                    "host: not a name of this server (expected: a loopback name, or one that is configured)");
        }
        String method = request.getMethod();
        RouteTable.Match match = match(method.equals("HEAD") ? "GET" : method, path(request));
        return gatekeeper.pass(id, match, request, response);
    }

    private RouteTable.Match match(String method, String path) {
        RouteTable.Match match = METHODS.contains(method) ? table.find(method, path) : null;
        if (match != null) {
            return match;
        }
        Set<String> methods = table.methods(path);
        if (METHODS.contains(method) && methods.isEmpty()) {
            throw ApiProblem.missing("path: nothing is here (expected: what openapi.json lists)");
        }
        throw new ApiProblem(
                        405,
                        "method_not_allowed",
                        "method: not taken here (expected: one of " + String.join(", ", methods) + ")")
                .withHeader("Allow", String.join(", ", methods));
    }

    /** The path below the root, wherever the servlet is mounted. */
    private static String path(HttpServletRequest request) {
        String info = request.getPathInfo();
        String whole = info == null ? request.getServletPath() : request.getServletPath() + info;
        int root = whole.indexOf(RouteTable.ROOT + "/");
        return root < 0 ? "" : whole.substring(root + RouteTable.ROOT.length());
    }

    private static void tell(HttpServletRequest request, HttpServletResponse response, ApiProblem problem, String id)
            throws IOException {
        if (response.isCommitted()) {
            // Whoever reads a half of it must not take it for the whole.
            throw new IOException("the answer broke off: management call " + id);
        }
        // What was written, and not sent yet, is of an answer that will not be; fields of the host's stay.
        response.resetBuffer();
        if (response.containsHeader("Content-Disposition")) {
            response.setHeader("Content-Disposition", "inline");
        }
        if (Bodies.isUnread(request)) {
            // The server would close the connection by itself, and a client that does not know would use it again.
            response.setHeader("Connection", "close");
        }
        problem.headers().forEach(response::setHeader);
        byte[] body = Json.bytes(problem.body(id));
        response.setStatus(problem.status());
        response.setContentType("application/problem+json");
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }

    private static void write(HttpServletResponse response, Reply reply) throws IOException {
        if (reply.isHandled()) {
            return;
        }
        reply.headers().forEach(response::setHeader);
        response.setStatus(reply.status());
        Object content = reply.body();
        if (content == null) {
            return;
        }
        boolean isText = content instanceof String;
        byte[] bytes = isText ? ((String) content).getBytes(StandardCharsets.UTF_8) : Json.bytes(content);
        response.setContentType(reply.type());
        response.setContentLength(bytes.length);
        response.getOutputStream().write(bytes);
    }
}
