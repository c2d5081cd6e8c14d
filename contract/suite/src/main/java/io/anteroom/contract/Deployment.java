// SPDX-License-Identifier: Apache-2.0
package io.anteroom.contract;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import java.util.List;

/**
 * What to start, in words that every container understands.
 *
 * @param setUp adds filters and servlets, by the means of the Servlet API alone
 * @param kind what the Servlet API has no means for
 */
public record Deployment(SetUp setUp, Kind kind) {
    /**
     * What each container has its own means for.
     *
     * @param errorPages the statuses that are answered by {@link io.anteroom.contract.app.ErrorPage#PATH}
     * @param virtualThreads whether requests run on virtual threads; needs JDK 21
     * @param contextPath the path of the web application, empty for the root
     */
    public record Kind(List<Integer> errorPages, boolean virtualThreads, String contextPath) {
        /** Nothing special. */
        public static final Kind PLAIN = new Kind(List.of(), false, "");

        /** At the root. */
        public Kind(List<Integer> errorPages, boolean virtualThreads) {
            this(errorPages, virtualThreads, "");
        }
    }

    /** Adds to a context before it starts. */
    @FunctionalInterface
    public interface SetUp {
        /** Adds to {@code context}. */
        void to(ServletContext context) throws ServletException;
    }

    /** The longest that a request's line and headers may be, in bytes. */
    public static final int HEADER_LIMIT = 8 << 10;
}
