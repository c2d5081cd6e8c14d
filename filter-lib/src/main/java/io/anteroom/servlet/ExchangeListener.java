// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * Hears from the container how an exchange goes on. A container forgets its listeners whenever the application starts a
 * new asynchronous cycle, so this one registers itself again; {@link #registered()} tells whether it has.
 */
final class ExchangeListener implements AsyncListener {
    private static final AtomicIntegerFieldUpdater<ExchangeListener> REGISTERED =
            AtomicIntegerFieldUpdater.newUpdater(ExchangeListener.class, "registered");

    private final Exchange exchange;
    private volatile int registered;

    ExchangeListener(Exchange exchange) {
        this.exchange = exchange;
    }

    /** How often it has been registered. */
    int registered() {
        return registered;
    }

    void register(AsyncContext context) {
        REGISTERED.incrementAndGet(this);
        // Of the container, whose calls reach it also in cycles that the application starts behind our back.
        LateAsyncContext.container(context).addListener(this);
    }

    @Override
    public void onStartAsync(AsyncEvent event) {
        @Nullable AsyncContext context = event.getAsyncContext();
        if (context != null) {
            register(context);
        }
    }

    @Override
    public void onComplete(AsyncEvent event) {
        exchange.completed();
    }

    @Override
    public void onError(AsyncEvent event) {
        Wait wait = exchange.waiting();
        if (wait != null && wait.isParked()) {
            wait.leave();
        } else {
            exchange.clientLeft();
        }
    }

    @Override
    public void onTimeout(AsyncEvent event) {
        Wait wait = exchange.waiting();
        if (wait != null && wait.isParked()) {
            wait.timedOut();
        }
    }
}
