// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.thymeleaf.context.IExpressionContext;
import org.thymeleaf.linkbuilder.StandardLinkBuilder;

/**
 * Makes {@code @{/users}} relative to the page that is shown, so that the pages work below any path, also behind a
 * proxy that takes a part of it away.
 */
final class RelativeLinks extends StandardLinkBuilder {
    static final String ROOT = "root";
    private static final Pattern ROOTS = Pattern.compile("\\.|\\.\\.(/\\.\\.){0,15}");

    @Override
    protected String computeContextPath(
            IExpressionContext context, String base, @Nullable Map<String, Object> parameters) {
        return String.valueOf(context.getVariable(ROOT));
    }

    /** The session is in a cookie only, never in an address. */
    @Override
    protected String processLink(IExpressionContext context, String link) {
        return link;
    }

    /**
     * From the page that is shown to the root of the pages. Scripts that ask for a part say how deep the page lies that
     * they put it into.
     */
    static String root(HttpServletRequest request, String path) {
        String told = request.getHeader("X-Root");
        return told != null && ROOTS.matcher(told).matches() ? told : root(path);
    }

    /** From a page to the root of the pages: {@code .} or {@code ..} and so on. */
    static String root(String path) {
        long depth = path.chars().filter(c -> c == '/').count() - 1;
        return depth <= 0 ? "." : "..".concat("/..".repeat((int) Math.min(depth, 64) - 1));
    }
}
