// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.proxy;

import io.anteroom.gateway.net.ClientWatch;
import io.anteroom.gateway.proxy.Running.Stay;
import io.anteroom.gateway.upstream.Group;
import io.anteroom.gateway.upstream.Prompt;
import io.anteroom.gateway.upstream.Wanted;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.http.HttpException;
import org.jspecify.annotations.Nullable;

/** A request of a client until it is known what is to be sent on: until then its body is read into memory. */
final class Inbound implements AsyncListener {
    private static final int CLIENT_CLOSED_REQUEST = 499;

    private final UpstreamProxy proxy;
    private final Stay stay;
    private final Group group;
    private final HttpServletRequest request;
    private final HttpServletResponse response;
    private final AsyncContext async;
    private final long beganNanos = System.nanoTime();
    private final AtomicBoolean isOver = new AtomicBoolean();
    private int reserved;
    private volatile @Nullable Exchange exchange;

    Inbound(UpstreamProxy proxy, Stay stay, Group group, HttpServletRequest request, HttpServletResponse response) {
        this.proxy = proxy;
        this.stay = stay;
        this.group = group;
        this.request = request;
        this.response = response;
        this.async = request.startAsync(request, response);
        async.setTimeout(0);
        async.addListener(this);
    }

    void begin() throws IOException {
        if (!hasBody()) {
            goOn(null);
            return;
        }
        long length = request.getContentLengthLong();
        int most = proxy.replayable();
        int wanted = length < 0 ? most : (int) Math.min(length, Integer.MAX_VALUE);
        if (wanted > most || !proxy.reserve(wanted)) {
            BodyPump pump = pump(new byte[0]);
            request.getInputStream().setReadListener(pump);
            return;
        }
        reserved = wanted;
        BodyReader reader = new BodyReader(request.getInputStream(), most, this::goOn, this::pump, this::broken);
        if (length < 0 || !reader.readNow(length)) {
            request.getInputStream().setReadListener(reader);
        }
    }

    private boolean hasBody() {
        long length = request.getContentLengthLong();
        if (length >= 0) {
            return length > 0;
        }
        boolean http1 = request.getProtocol().startsWith("HTTP/1");
        return http1 ? request.getHeader("Transfer-Encoding") != null : takesBody(request.getMethod());
    }

    private static boolean takesBody(String method) {
        return !"GET".equals(method) && !"HEAD".equals(method) && !"OPTIONS".equals(method);
    }

    /** The body is there as a whole. */
    private void goOn(byte @Nullable [] body) {
        boolean reads = body != null && proxy.upstreams().readsBodies(group);
        Wanted wanted = reads && body != null
                ? Prompt.read(body, group.settings().choice().stickyBytes())
                : Wanted.ANYTHING;
        Outgoing outgoing = Outgoing.whole(proxy.http(), proxy.rules(), request, body);
        Exchange begun = exchange(outgoing, wanted);
        try {
            if (isFresh()) {
                begun.writesAtOnce();
            }
        } catch (IOException e) {
            broken(e);
            return;
        }
        begun.start();
        begun.watch(watch());
    }

    /** Whether its client has been sent nothing at all, because it has not waited. */
    private boolean isFresh() {
        Object waited = request.getAttribute("io.anteroom.waited");
        return request.getDispatcherType() == DispatcherType.REQUEST
                && request.getAttribute("io.anteroom.fallback") == null
                && (!(waited instanceof Duration duration) || duration.isZero());
    }

    /** The body goes on piece by piece, after what has been read of it. */
    private BodyPump pump(byte[] before) {
        release();
        Carrier carrier = new Carrier();
        try {
            BodyPump pump = new BodyPump(
                    request.getInputStream(),
                    before,
                    request.getContentLengthLong(),
                    proxy.pace(),
                    carrier::read,
                    carrier::broken);
            Exchange begun = exchange(Outgoing.piecewise(proxy.http(), proxy.rules(), request, pump), Wanted.ANYTHING);
            carrier.exchange = begun;
            begun.start();
            pump.watchPace();
            return pump;
        } catch (IOException e) {
            throw new IllegalStateException("the body's stream is gone", e);
        }
    }

    /** What a body pump tells, which is made before the exchange. */
    private final class Carrier {
        private volatile @Nullable Exchange exchange;

        void read() {
            Exchange begun = exchange;
            if (begun != null) {
                begun.watch(watch());
            }
        }

        void broken(Throwable failure) {
            Exchange begun = exchange;
            if (begun != null) {
                begun.clientFailed(failure);
            }
        }
    }

    private Exchange exchange(Outgoing outgoing, Wanted wanted) {
        Exchange begun = new Exchange(
                new Exchange.Sides(
                        async,
                        response,
                        Client.of(request),
                        outgoing,
                        proxy.upstreams().journey(group, wanted, deadline()),
                        proxy.http().getScheduler(),
                        proxy.http().getExecutor()),
                this::release);
        exchange = begun;
        stay.goesOn(begun);
        return begun;
    }

    /** Until when the client waits, as far as that is known; it may have waited in the queue already. */
    private @Nullable Long deadline() {
        Duration total = group.settings().timeouts().total();
        Long deadline = total.isZero() ? null : beganNanos + total.toNanos();
        String declared = request.getHeader("x-stainless-timeout");
        if (declared == null || !declared.matches("\\d{1,6}(\\.\\d{1,6})?")) {
            return deadline;
        }
        Object waited = request.getAttribute("io.anteroom.waited");
        long passed = waited instanceof Duration duration ? duration.toNanos() : 0;
        long own = beganNanos + (long) (Double.parseDouble(declared) * 1e9) - passed;
        return deadline == null || own - deadline < 0 ? (Long) own : deadline;
    }

    private @Nullable ClientWatch watch() {
        return ClientWatch.of(request.getAttribute(ClientWatch.attribute()));
    }

    private synchronized void release() {
        proxy.release(reserved);
        reserved = 0;
    }

    /** The client broke off before its body was whole. */
    private void broken(Throwable failure) {
        if (!isOver.compareAndSet(false, true)) {
            return;
        }
        release();
        int status = CLIENT_CLOSED_REQUEST;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof HttpException http && http.getCode() < 500) {
                status = http.getCode();
            }
        }
        try {
            if (status == CLIENT_CLOSED_REQUEST) {
                response.setStatus(status);
            } else {
                response.sendError(status);
            }
            async.complete();
        } catch (IOException | IllegalStateException e) {
            // The container has ended it already.
            isOver.set(true);
        }
    }

    @Override
    public void onComplete(AsyncEvent event) {
        release();
    }

    @Override
    public void onTimeout(AsyncEvent event) {
        Exchange begun = exchange;
        if (begun != null) {
            begun.clientGone();
        }
    }

    @Override
    public void onError(AsyncEvent event) {
        Exchange begun = exchange;
        if (begun != null) {
            begun.clientFailed(event.getThrowable());
        } else {
            broken(event.getThrowable());
        }
    }

    @Override
    public void onStartAsync(AsyncEvent event) {}
}
