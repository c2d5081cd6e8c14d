// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web;

import io.anteroom.admin.access.Principal;
import io.anteroom.admin.access.Source;
import io.anteroom.admin.access.Strangers;
import io.anteroom.settings.StoreException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.MappingMatch;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The pages of the administration, as one servlet to be mounted at {@code /admin/*}, {@code /*} or any other path,
 * beside whatever else the container serves. Safe from any thread.
 */
public final class AdminPages extends HttpServlet {
    private static final long serialVersionUID = 1L;
    private static final System.Logger LOG = System.getLogger(AdminPages.class.getName());
    private static final String LOG_IN = "/login";
    private static final String CSRF = "csrf_token";
    private static final String SET_UP = "/setup";

    private final transient Site site;
    private final transient Assets assets = new Assets();
    private final transient AnswerWriter writer;
    private final transient Strangers strangers = new Strangers();
    private final transient SecureRandom random = new SecureRandom();

    /** Serves a site. */
    public AdminPages(Site site) {
        this.site = site;
        this.writer = new AnswerWriter(site, new Templates(), assets);
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Source source = site.guard().source(request);
        Headers.write(response, source.isSecure());
        String path = path(request);
        if (path == null) {
            toMount(request, response);
            return;
        }
        Visit visit = new Visit(request, response, path, source, site.clock().instant());
        try {
            if (!assets.send(path, request, response)) {
                answer(visit);
            }
        } catch (PageException e) {
            // What a page says by itself is no fault of the server, though somebody may have to look after it.
            fail(visit, e, e.status() >= 500 ? Level.WARNING : null, null);
        } catch (StoreException e) {
            fail(
                    visit,
                    PageException.unavailable("The database does not answer: what is kept there cannot be read"
                            + " or changed now. Requests are served as before."),
                    Level.ERROR,
                    e);
        } catch (RuntimeException e) {
            fail(
                    visit,
                    PageException.of(
                            500, "Something went wrong here", "The server's log says more under the number below."),
                    Level.ERROR,
                    e);
        }
    }

    /** The path below the mount, or null if the mount itself was asked for without its last slash. */
    private static @Nullable String path(HttpServletRequest request) {
        String info = request.getPathInfo();
        if (info != null) {
            return info;
        }
        return request.getHttpServletMapping().getMappingMatch() == MappingMatch.DEFAULT
                ? request.getServletPath()
                : null;
    }

    private static void toMount(HttpServletRequest request, HttpServletResponse response) {
        String uri = request.getRequestURI();
        response.setStatus(HttpServletResponse.SC_SEE_OTHER);
        response.setHeader("Location", uri.substring(uri.lastIndexOf('/') + 1) + "/");
    }

    private void answer(Visit visit) throws IOException {
        HttpServletRequest request = visit.request();
        site.guard().admit(request);
        visit.principal(site.guard().principal(request));
        Found found = find(request.getMethod(), visit.path());
        Route route = found.route();
        // Before the form is read: strangers have no business sending forms as long as an operator's.
        if (!mayGoOn(visit, route)) {
            return;
        }
        Parameters form = Parameters.NONE;
        if (route.isChange()) {
            form = visit.principal() == null
                    ? formOfStranger(visit, route)
                    : Parameters.read(request.getInputStream(), route.mostBytes());
            String token = form.first(CSRF);
            site.guard()
                    .checkChange(request, route.role() == null ? null : visit.principal(), token == null ? "" : token);
        }
        Parameters query = Parameters.parse(request.getQueryString());
        PageRequest.Parts parts = new PageRequest.Parts(visit.path(), found.names(), query, form);
        PageRequest page =
                new PageRequest(request, visit.response(), parts, visit.principal(), visit.now(), site.guard());
        Principal principal = visit.principal();
        Answer answer = principal == null
                ? route.page().answer(page)
                : site.guard().during(request, principal, () -> route.page().answer(page));
        writer.write(visit, answer);
    }

    private Parameters formOfStranger(Visit visit, Route route) throws IOException {
        // Behind a proxy all come by the same few connections.
        String network = visit.source().address();
        if (!strangers.enter(network)) {
            throw PageException.unavailable("Too many are logging in at this moment. Try again in a few seconds.");
        }
        try {
            return Parameters.read(visit.request().getInputStream(), route.mostBytes());
        } finally {
            strangers.leave(network);
        }
    }

    /** Whether the page may answer; if not, the visitor has been sent elsewhere or turned away. */
    private boolean mayGoOn(Visit visit, Route route) {
        Principal principal = visit.principal();
        if (site.guard().needsSetUp() && !visit.path().equals(SET_UP)) {
            writer.redirect(visit, SET_UP);
            return false;
        }
        if (route.role() == null) {
            return true;
        }
        if (principal == null) {
            toLogIn(visit, route);
            return false;
        }
        if (!principal.may(route.role(), "")) {
            site.guard().denied(visit.request(), principal, route.method() + " " + route.pattern());
            throw PageException.forbidden("This needs the role " + route.role().word() + "; you have the role "
                    + principal.role().word() + ". An admin can change that under Users.");
        }
        return true;
    }

    private void toLogIn(Visit visit, Route route) {
        String query = visit.request().getQueryString();
        String target = route.isChange() ? "" : visit.path() + (query == null ? "" : "?" + query);
        writer.redirect(visit, target.isEmpty() || target.equals("/") ? LOG_IN : LOG_IN + "?to=" + Urls.encode(target));
    }

    private record Found(Route route, Map<String, String> names) {}

    private Found find(String method, String path) {
        String wanted = method.equals("HEAD") ? "GET" : method;
        TreeSet<String> allowed = new TreeSet<>();
        for (Route route : site.routes()) {
            Map<String, String> names = route.fit(path);
            if (names != null && route.method().equals(wanted)) {
                return new Found(route, names);
            }
            if (names != null) {
                allowed.add(route.method());
            }
        }
        if (allowed.isEmpty()) {
            throw PageException.notFound("There is no page at this address.");
        }
        throw PageException.of(405, "Not like that", "This address takes " + String.join(", ", allowed) + " only.");
    }

    private void fail(Visit visit, PageException problem, @Nullable Level level, @Nullable Throwable cause)
            throws IOException {
        byte[] bytes = new byte[6];
        random.nextBytes(bytes);
        String id = HexFormat.of().formatHex(bytes);
        if (level != null) {
            String line = "page error " + id + " at " + Urls.line(visit.path());
            LOG.log(level, cause == null ? line + ": " + problem.getMessage() : line, cause);
        }
        if (visit.response().isCommitted()) {
            // Whoever reads a half of it must not take it for the whole.
            throw new IOException("the answer broke off: page error " + id);
        }
        writer.writeError(visit, problem, id);
    }
}
