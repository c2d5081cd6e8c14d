// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * The asynchronous context of one cycle, whose completion lets a {@link LateResponse} say its last word. The
 * application's listeners are called from here: by the container they would be handed its own context, and what they
 * complete by that would end in silence.
 */
final class LateAsyncContext implements AsyncContext {
    private final AsyncContext context;
    private final LateResponse response;
    private final List<Heard> listeners = new CopyOnWriteArrayList<>();
    private volatile boolean isOver;
    private volatile boolean isPast;

    private LateAsyncContext(AsyncContext context, LateResponse response) {
        this.context = context;
        this.response = response;
    }

    /**
     * A cycle that has begun, and is listened to.
     *
     * @param before the cycle before it, or null; its listeners are told, as they are forgotten now
     */
    static LateAsyncContext begun(AsyncContext context, LateResponse response, @Nullable LateAsyncContext before) {
        LateAsyncContext begun = new LateAsyncContext(context, response);
        context.addListener(begun.new Ear());
        if (before != null) {
            AsyncEvent event = new AsyncEvent(begun, context.getRequest(), context.getResponse());
            begun.tell(before.listeners, event, AsyncListener::onStartAsync);
        }
        return begun;
    }

    /** The context that listeners are to be added to whom the container itself tells. */
    static AsyncContext container(AsyncContext context) {
        return context instanceof LateAsyncContext late ? late.context : context;
    }

    /** Whether another cycle has begun, perhaps of an application that got hold of the container's own request. */
    boolean isPast() {
        return isPast;
    }

    /** Ends what an application began that went asynchronous and then failed: nobody else will. */
    static void completeStarted(HttpServletRequest request) {
        if (request.isAsyncStarted()) {
            try {
                request.getAsyncContext().complete();
            } catch (IllegalStateException e) {
                Log.debug("a request was complete already", e);
            }
        }
    }

    @Override
    public void complete() {
        response.finish();
        context.complete();
        isOver = true;
    }

    @Override
    public ServletRequest getRequest() {
        return context.getRequest();
    }

    @Override
    public ServletResponse getResponse() {
        return context.getResponse();
    }

    @Override
    public boolean hasOriginalRequestAndResponse() {
        return context.hasOriginalRequestAndResponse();
    }

    @Override
    public void dispatch() {
        context.dispatch();
        isOver = true;
    }

    @Override
    public void dispatch(String path) {
        context.dispatch(path);
        isOver = true;
    }

    @Override
    public void dispatch(ServletContext servletContext, String path) {
        context.dispatch(servletContext, path);
        isOver = true;
    }

    @Override
    public void start(Runnable task) {
        context.start(task);
    }

    @Override
    public void addListener(AsyncListener listener) {
        listeners.add(new Heard(listener, null, null));
    }

    @Override
    public void addListener(AsyncListener listener, ServletRequest request, ServletResponse response) {
        listeners.add(new Heard(listener, request, response));
    }

    @Override
    public <T extends AsyncListener> T createListener(Class<T> type) throws ServletException {
        return context.createListener(type);
    }

    @Override
    public void setTimeout(long millis) {
        context.setTimeout(millis);
    }

    @Override
    public long getTimeout() {
        return context.getTimeout();
    }

    private void tell(List<Heard> told, AsyncEvent event, Call call) {
        for (Heard one : told) {
            ServletRequest request = one.request == null ? event.getSuppliedRequest() : one.request;
            ServletResponse given = one.response == null ? event.getSuppliedResponse() : one.response;
            try {
                call.on(one.listener, new AsyncEvent(this, request, given, event.getThrowable()));
            } catch (IOException | RuntimeException e) {
                Log.warn("a listener of the application failed", e);
            }
        }
    }

    /** As a container does where nobody has ended a cycle whose time is over, but so that the client is told. */
    private void endTimedOut() {
        if (isOver) {
            return;
        }
        response.failTimedOut();
        try {
            complete();
        } catch (IllegalStateException e) {
            Log.debug("a request was complete already", e);
        }
    }

    /** A listener, and what it was added with. */
    private record Heard(
            AsyncListener listener,
            @Nullable ServletRequest request,
            @Nullable ServletResponse response) {}

    private interface Call {
        void on(AsyncListener listener, AsyncEvent event) throws IOException;
    }

    /** What the container tells. */
    private final class Ear implements AsyncListener {
        @Override
        public void onTimeout(AsyncEvent event) {
            response.answer().timesOut();
            tell(listeners, event, AsyncListener::onTimeout);
            endTimedOut();
        }

        @Override
        public void onError(AsyncEvent event) {
            tell(listeners, event, AsyncListener::onError);
        }

        @Override
        public void onComplete(AsyncEvent event) {
            tell(listeners, event, AsyncListener::onComplete);
        }

        @Override
        public void onStartAsync(AsyncEvent event) {
            // The application's listeners are told by the cycle that begins.
            isPast = true;
        }
    }
}
