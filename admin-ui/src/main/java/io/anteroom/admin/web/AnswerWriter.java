// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web;

import io.anteroom.admin.access.Principal;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Turns answers of pages into responses. Safe from any thread. */
final class AnswerWriter {
    static final String THEME = "anteroom-theme";
    private static final String FLASH = "anteroom-flash";
    private static final int FLASH_SECONDS = 60;
    private static final Set<String> THEMES = Set.of("light", "dark");

    private final Site site;
    private final Templates templates;
    private final Assets assets;

    /** What an error page shows. */
    record ErrorModel(int status, String title, String text, String id, boolean knowsVisitor) {}

    AnswerWriter(Site site, Templates templates, Assets assets) {
        this.site = site;
        this.templates = templates;
        this.assets = assets;
    }

    void write(Visit visit, Answer answer) throws IOException {
        if (answer instanceof Answer.View view) {
            writeView(visit, view);
        } else if (answer instanceof Answer.Fragment part) {
            Map<String, Object> variables = variables(visit, shell(visit, "", "", null), part.model());
            writeHtml(visit, 200, templates.render(part.template(), part.fragment(), variables));
        } else if (answer instanceof Answer.Redirect redirect) {
            Principal principal = visit.principal();
            if (redirect.flash() != null && principal != null) {
                cookie(visit, FLASH, redirect.flash().sealed(Objects.requireNonNullElse(principal.csrf(), "")));
            }
            redirect(visit, redirect.path());
        } else if (answer instanceof Answer.Download download) {
            writeDownload(visit, download);
        } else if (answer instanceof Answer.Stream stream) {
            stream.opening().open(visit.request(), visit.response());
        }
    }

    private void writeView(Visit visit, Answer.View view) throws IOException {
        Shell shell = shell(visit, view.title(), view.section(), flash(visit));
        writeHtml(visit, view.status(), templates.render(view.template(), null, variables(visit, shell, view.model())));
    }

    void writeError(Visit visit, PageException problem, String id) throws IOException {
        ErrorModel model =
                new ErrorModel(problem.status(), problem.title(), problem.text(), id, visit.principal() != null);
        Shell shell = shell(visit, problem.title(), "", null);
        visit.response().reset();
        Headers.write(visit.response(), visit.source().isSecure());
        if (problem.status() == 405) {
            visit.response().setHeader("Allow", problem.text().contains("POST") ? "GET, HEAD, POST" : "GET, HEAD");
        }
        writeHtml(visit, problem.status(), templates.render("error", null, variables(visit, shell, model)));
    }

    private static void writeHtml(Visit visit, int status, String html) throws IOException {
        HttpServletResponse response = visit.response();
        byte[] bytes = html.getBytes(StandardCharsets.UTF_8);
        response.setStatus(status);
        response.setContentType("text/html; charset=utf-8");
        response.setContentLength(bytes.length);
        if (!visit.request().getMethod().equals("HEAD")) {
            response.getOutputStream().write(bytes);
        }
    }

    private static void writeDownload(Visit visit, Answer.Download download) throws IOException {
        HttpServletResponse response = visit.response();
        String name = download.fileName().replaceAll("[^A-Za-z0-9._-]", "-");
        response.setContentType(download.contentType());
        response.setHeader("Content-Disposition", "attachment; filename=\"" + name + "\"");
        if (!visit.request().getMethod().equals("HEAD")) {
            download.body().writeTo(response.getOutputStream());
        }
    }

    /** By a relative address: where the pages are as the browser sees it, we need not know. */
    void redirect(Visit visit, String path) {
        HttpServletResponse response = visit.response();
        String target = RelativeLinks.root(visit.request(), visit.path()) + path;
        if ("true".equals(visit.request().getHeader("HX-Request"))) {
            response.setStatus(HttpServletResponse.SC_NO_CONTENT);
            response.setHeader("HX-Redirect", target);
        } else {
            response.setStatus(HttpServletResponse.SC_SEE_OTHER);
            response.setHeader("Location", target);
        }
    }

    private Map<String, Object> variables(Visit visit, Shell shell, Record model) {
        Map<String, Object> variables = new HashMap<>();
        variables.put(RelativeLinks.ROOT, RelativeLinks.root(visit.request(), visit.path()));
        variables.put("here", here(visit.request(), visit.path()));
        variables.put("shell", shell);
        variables.put("fmt", new Format(visit.now()));
        variables.put("m", model);
        return variables;
    }

    /** Where the page can be seen again. */
    private static String here(HttpServletRequest request, String path) {
        String query = request.getQueryString();
        return request.getMethod().equals("POST") ? "/" : query == null ? path : path + "?" + query;
    }

    private Shell shell(Visit visit, String title, String section, @Nullable Flash flash) {
        Principal principal = visit.principal();
        String csrf = principal == null ? null : principal.csrf();
        return new Shell(
                title,
                section,
                theme(visit.request()),
                site.identity(),
                site.identity().readOnly().get(),
                Shell.groups(site.navigation(), principal),
                principal,
                csrf == null ? "" : csrf,
                flash,
                assets.paths(),
                site.guard().idle().toSeconds(),
                visit.now().getEpochSecond());
    }

    private static String theme(HttpServletRequest request) {
        String theme = cookie(request, THEME);
        return theme != null && THEMES.contains(theme) ? theme : "auto";
    }

    private static @Nullable Flash flash(Visit visit) {
        String sealed = cookie(visit.request(), FLASH);
        Principal principal = visit.principal();
        if (sealed == null) {
            return null;
        }
        visit.response().addHeader("Set-Cookie", FLASH + "=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict");
        return principal == null ? null : Flash.opened(sealed, Objects.requireNonNullElse(principal.csrf(), ""));
    }

    private static @Nullable String cookie(HttpServletRequest request, String name) {
        Cookie[] cookies = request.getCookies();
        if (cookies == null) {
            return null;
        }
        for (Cookie cookie : cookies) {
            if (cookie.getName().equals(name)) {
                // Clients in the way of RFC 2109 put quotes around it, which Servlet 6.1 takes for a part of it.
                return cookie.getValue().replace("\"", "");
            }
        }
        return null;
    }

    private static void cookie(Visit visit, String name, String value) {
        String secure = visit.source().isSecure() ? "; Secure" : "";
        visit.response()
                .addHeader(
                        "Set-Cookie",
                        name + "=" + value + "; Max-Age=" + FLASH_SECONDS + "; Path=/; HttpOnly; SameSite=Strict"
                                + secure);
    }
}
