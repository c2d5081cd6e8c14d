// SPDX-License-Identifier: Apache-2.0
package io.anteroom;

import io.anteroom.servlet.AsyncSupport;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Holds requests in a fair priority queue before they reach what is behind it. Map it to the dispatcher types REQUEST
 * and ASYNC, with asynchronous support, after authentication and before everything else; see {@code docs/filter.md}.
 *
 * <p>Made by a program it uses the {@link Anteroom} that it is given, which stays its maker's to close. Made by the
 * container it reads its init-params and owns an anteroom of its own.
 */
public final class AnteroomFilter implements Filter {
    private static final System.Logger LOG = System.getLogger("io.anteroom");

    private final @Nullable Anteroom given;
    private volatile @Nullable Anteroom anteroom;
    private volatile Duration drainTimeout = Duration.ZERO;

    /** For {@code web.xml}: what the pools are is said by init-params. */
    public AnteroomFilter() {
        given = null;
    }

    /** For programs. */
    public AnteroomFilter(Anteroom anteroom) {
        given = anteroom;
        this.anteroom = anteroom;
    }

    @Override
    public void init(FilterConfig config) throws ServletException {
        if (given == null) {
            FilterParams params = FilterParams.read(config);
            drainTimeout = params.drainTimeout();
            anteroom = params.anteroom();
        }
    }

    /**
     * Names the filters and servlets of a web application that are registered without asynchronous support, behind or
     * before which requests cannot wait, and logs them. The Servlet API does not tell; this sees the registrations of
     * Jetty 12 and Tomcat 10 and 11, and nothing elsewhere. Whatever it sees, the filter itself notices at the first
     * request that cannot wait, says so in the log, and from then on refuses such requests instead of queueing them.
     *
     * @return the names; empty if there are none, or if none can be seen
     */
    public static List<String> checkAsyncSupport(ServletContext context) {
        List<String> names = AsyncSupport.without(context);
        if (!names.isEmpty()) {
            LOG.log(System.Logger.Level.WARNING, "without asynchronous support: " + names);
        }
        return names;
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        Anteroom room = anteroom;
        if (room == null) {
            throw new ServletException("the filter has not been initialised");
        }
        if (request instanceof HttpServletRequest http && response instanceof HttpServletResponse answer) {
            room.door().filter(http, answer, chain);
        } else {
            chain.doFilter(request, response);
        }
    }

    @Override
    public void destroy() {
        Anteroom room = anteroom;
        if (given == null && room != null) {
            room.drain(drainTimeout);
            room.close();
        }
    }
}
