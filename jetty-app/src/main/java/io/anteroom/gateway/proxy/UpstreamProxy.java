// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.proxy;

import io.anteroom.gateway.config.GatewayConfig.Timeouts;
import io.anteroom.gateway.config.GatewayConfig.Upstream;
import io.anteroom.gateway.net.ClientWatch;
import io.anteroom.gateway.proxy.Backends.Backend;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.ProxyAuthenticationProtocolHandler;
import org.eclipse.jetty.client.RedirectProtocolHandler;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.WWWAuthenticationProtocolHandler;
import org.eclipse.jetty.client.transport.HttpClientTransportOverHTTP;
import org.eclipse.jetty.http.HttpCookieStore;
import org.eclipse.jetty.io.ClientConnector;

/**
 * A streaming reverse proxy: nothing is buffered whole, no thread waits, and the backend is told when the client goes.
 */
public final class UpstreamProxy extends HttpServlet {
    private static final long serialVersionUID = 1L;
    private static final int MANY = 100_000;
    /** Shorter than the keep-alive time of the usual model servers (5 s), so that they never close before we do. */
    private static final long POOLED_MILLIS = 4_000;

    private final transient Way usual;
    /** By the name of the pool. */
    private final transient Map<String, Way> fallbacks;

    private final transient HttpClient http;

    /**
     * A proxy to backends.
     *
     * @param upstream the backends
     * @param fallbacks those of requests that the filter lets go on to a fallback, by the name of their pool; all
     *     others go to the usual ones
     * @param trusted whose {@code X-Forwarded-For} is passed on
     */
    public UpstreamProxy(Upstream upstream, Map<String, Upstream> fallbacks, Predicate<String> trusted) {
        this.usual = Way.to(upstream, trusted);
        Map<String, Way> ways = new HashMap<>();
        fallbacks.forEach((pool, fallback) -> ways.put(pool, Way.to(fallback, trusted)));
        this.fallbacks = Map.copyOf(ways);
        ClientConnector connector = new ClientConnector();
        connector.setSelectors(1);
        this.http = new HttpClient(new HttpClientTransportOverHTTP(connector));
        http.setName("upstream");
        http.setUserAgentField(null);
        http.setFollowRedirects(false);
        http.setHttpCookieStore(new HttpCookieStore.Empty());
        http.setMaxConnectionsPerDestination(MANY);
        http.setMaxRequestsQueuedPerDestination(MANY);
        http.setConnectTimeout(upstream.timeouts().connect().toMillis());
        http.setIdleTimeout(POOLED_MILLIS);
        http.setDefaultRequestContentType(null);
        http.setMaxResponseHeadersSize(32 * 1024);
    }

    /** Backends that are all alike, and what they are told. */
    private record Way(Backends backends, HeaderRules headers, Timeouts timeouts) {
        static Way to(Upstream upstream, Predicate<String> trusted) {
            return new Way(new Backends(upstream.urls()), new HeaderRules(upstream, trusted), upstream.timeouts());
        }
    }

    private Way way(HttpServletRequest request) {
        boolean hasFallenBack = request.getAttribute("io.anteroom.fallback") != null;
        return hasFallenBack ? fallbacks.getOrDefault(pool(request), usual) : usual;
    }

    private static String pool(HttpServletRequest request) {
        return String.valueOf(request.getAttribute("io.anteroom.pool"));
    }

    @Override
    public void init() throws ServletException {
        try {
            http.start();
        } catch (Exception e) {
            throw new ServletException(e);
        }
        http.getContentDecoderFactories().clear();
        http.getProtocolHandlers().remove(RedirectProtocolHandler.NAME);
        http.getProtocolHandlers().remove(WWWAuthenticationProtocolHandler.NAME);
        http.getProtocolHandlers().remove(ProxyAuthenticationProtocolHandler.NAME);
    }

    @Override
    public void destroy() {
        try {
            http.stop();
        } catch (Exception e) {
            throw new IllegalStateException("the client of the backends does not stop", e);
        }
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Way way = way(request);
        Backend backend = way.backends().enter();
        Request forwarded;
        try {
            forwarded = http.newRequest(target(backend, request));
        } catch (IllegalArgumentException e) {
            backend.left();
            response.sendError(HttpServletResponse.SC_BAD_REQUEST);
            return;
        }
        forwarded.method(request.getMethod()).idleTimeout(0, TimeUnit.MILLISECONDS);
        forwarded.headers(fields -> way.headers().toBackend(request, fields));
        AsyncContext async = request.startAsync(request, response);
        async.setTimeout(0);
        Exchange exchange = new Exchange(
                new Exchange.Sides(forwarded, async, response, Client.of(request), way.timeouts(), http.getScheduler()),
                backend::left);
        async.addListener(new GoneListener(exchange));
        send(request, forwarded, exchange);
    }

    private static void send(HttpServletRequest request, Request forwarded, Exchange exchange) throws IOException {
        ClientWatch watch = ClientWatch.of(request.getAttribute(ClientWatch.attribute()));
        if (!hasBody(request)) {
            exchange.send();
            exchange.watch(watch);
            return;
        }
        BodyPump pump = new BodyPump(
                request.getInputStream(),
                request.getContentLengthLong(),
                () -> exchange.watch(watch),
                exchange::clientFailed);
        forwarded.body(pump.content());
        exchange.send();
        request.getInputStream().setReadListener(pump);
    }

    private static boolean hasBody(HttpServletRequest request) {
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

    private static URI target(Backend backend, HttpServletRequest request) {
        String query = request.getQueryString();
        String path = request.getRequestURI() + (query == null ? "" : "?" + query);
        StringBuilder encoded = new StringBuilder(backend.base());
        for (int i = 0; i < path.length(); i++) {
            char character = path.charAt(i);
            if (character > ' ' && character < 0x7f && "\"<>\\^`{|}".indexOf(character) < 0) {
                encoded.append(character);
            } else if (character <= 0xff) {
                encoded.append(String.format("%%%02X", (int) character));
            } else {
                throw new IllegalArgumentException("not encoded");
            }
        }
        return URI.create(encoded.toString());
    }

    /** Hears of clients that leave over HTTP/2, and of containers that end the exchange themselves. */
    private record GoneListener(Exchange exchange) implements AsyncListener {
        @Override
        public void onComplete(AsyncEvent event) {}

        @Override
        public void onTimeout(AsyncEvent event) {
            exchange.clientGone();
        }

        @Override
        public void onError(AsyncEvent event) {
            exchange.clientFailed(event.getThrowable());
        }

        @Override
        public void onStartAsync(AsyncEvent event) {}
    }
}
