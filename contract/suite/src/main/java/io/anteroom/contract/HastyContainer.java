// SPDX-License-Identifier: Apache-2.0
package io.anteroom.contract;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Makes the container's asynchronous time-outs come soon, for requests that name a time by a header field. */
@SuppressWarnings("serial") // Never serialized.
final class HastyContainer extends HttpFilter {
    /** After how many milliseconds each time-out that the filter asks for comes instead. */
    static final String TIMEOUT = "X-Async-Timeout";

    /** Present where the time-out comes also if the filter wants none. */
    static final String ALWAYS = "X-Async-Timeout-Always";

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        String millis = request.getHeader(TIMEOUT);
        chain.doFilter(millis == null ? request : new Hasty(request, Long.parseLong(millis)), response);
    }

    private static final class Hasty extends HttpServletRequestWrapper {
        private final long millis;
        private boolean hasWaited;

        Hasty(HttpServletRequest request, long millis) {
            super(request);
            this.millis = millis;
        }

        @Override
        public AsyncContext startAsync(ServletRequest request, ServletResponse response) {
            AsyncContext started = super.startAsync(request, response);
            if (hasWaited) {
                return started;
            }
            hasWaited = true;
            Class<?>[] types = {AsyncContext.class};
            Object hasty = Proxy.newProxyInstance(
                    Hasty.class.getClassLoader(), types, (self, method, given) -> call(started, method, given));
            return (AsyncContext) hasty;
        }

        private @Nullable Object call(AsyncContext context, Method method, Object @Nullable [] given) throws Throwable {
            if (method.getName().equals("setTimeout") && given != null) {
                boolean isWanted = (long) given[0] > 0 || getHeader(ALWAYS) != null;
                context.setTimeout(isWanted ? millis : 0);
                return null;
            }
            try {
                return method.invoke(context, given);
            } catch (InvocationTargetException e) {
                throw Objects.requireNonNull(e.getCause());
            }
        }
    }
}
