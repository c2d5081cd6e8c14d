// SPDX-License-Identifier: Apache-2.0
package io.anteroom;

import static java.util.concurrent.TimeUnit.SECONDS;

import io.anteroom.admission.Pool;
import io.anteroom.event.QueueEvent;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.component.LifeCycle;

/** A Jetty on a free port with the filter before a servlet that does what the path says. */
final class TestServer implements AutoCloseable {
    private final Server jetty = new Server();
    private final ServerConnector connector = new ServerConnector(jetty);
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final CountDownLatch hold = new CountDownLatch(1);
    private final ExecutorService background = Executors.newCachedThreadPool();
    final List<QueueEvent> events = new CopyOnWriteArrayList<>();
    private final Anteroom anteroom;

    private TestServer(Anteroom.Builder builder) {
        anteroom = builder.listener(events::add).build();
    }

    static TestServer start(Anteroom.Builder builder, Filter... before) throws Exception {
        TestServer server = new TestServer(builder);
        ServletContextHandler context = new ServletContextHandler();
        for (Filter first : before) {
            FilterHolder holder = new FilterHolder(first);
            holder.setAsyncSupported(true);
            context.addFilter(holder, "/*", EnumSet.of(DispatcherType.REQUEST, DispatcherType.ASYNC));
        }
        FilterHolder filter = new FilterHolder(new AnteroomFilter(server.anteroom));
        filter.setAsyncSupported(true);
        context.addFilter(filter, "/*", EnumSet.of(DispatcherType.REQUEST, DispatcherType.ASYNC));
        ServletHolder servlet = new ServletHolder(server.new Application());
        servlet.setAsyncSupported(true);
        context.addServlet(servlet, "/*");
        server.jetty.addConnector(server.connector);
        server.jetty.setHandler(context);
        server.jetty.start();
        return server;
    }

    Anteroom anteroom() {
        return anteroom;
    }

    int port() {
        return connector.getLocalPort();
    }

    void letGo() {
        hold.countDown();
    }

    HttpResponse<String> get(String path) throws Exception {
        return getAsync(path).get(30, SECONDS);
    }

    CompletableFuture<HttpResponse<String>> getAsync(String path) {
        return client.sendAsync(request(path).build(), HttpResponse.BodyHandlers.ofString());
    }

    CompletableFuture<HttpResponse<String>> postAsync(String path, String json) {
        HttpRequest request = request(path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json))
                .build();
        return client.sendAsync(request, HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    CompletableFuture<HttpResponse<String>> sendAsync(HttpRequest.Builder request) {
        return client.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + port() + path))
                .timeout(Duration.ofSeconds(20));
    }

    void awaitRunning(int count) {
        await(() -> pool().snapshot().running() == count);
    }

    void awaitWaiting(int count) {
        await(() -> pool().snapshot().waiting() == count);
    }

    /** Until the status comments of whoever waits have begun; they are due at the second tick at the latest. */
    void awaitCommitted() {
        awaitWaiting(1);
        long end = System.nanoTime() + Duration.ofMillis(600).toNanos();
        await(() -> System.nanoTime() > end);
    }

    void awaitIdle() {
        await(() -> pool().snapshot().running() == 0 && pool().snapshot().waiting() == 0);
        await(() -> count(QueueEvent.Kind.ADMITTED) == count(QueueEvent.Kind.RELEASED));
    }

    long count(QueueEvent.Kind kind) {
        return events.stream().filter(event -> event.kind() == kind).count();
    }

    Pool pool() {
        return anteroom.pool("llm");
    }

    static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("waited in vain");
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Override
    public void close() {
        hold.countDown();
        LifeCycle.stop(jetty);
        anteroom.close();
        background.shutdownNow();
    }

    private final class Application extends HttpServlet {
        private static final long serialVersionUID = 1;

        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
            String what = request.getServletPath().isEmpty() ? request.getPathInfo() : request.getServletPath();
            act(what.split("/")[1], request, response);
        }

        private void act(String what, HttpServletRequest request, HttpServletResponse response) throws IOException {
            switch (what) {
                case "slow" -> {
                    long end = System.nanoTime() + Duration.ofMillis(15).toNanos();
                    await(() -> System.nanoTime() > end);
                    act(request.getPathInfo().split("/")[2], request, response);
                }
                case "hold" -> {
                    hold();
                    response.getWriter().write("held");
                }
                case "echo" -> {
                    response.setHeader("X-Length", Integer.toString(request.getContentLength()));
                    response.setHeader("X-Length-Header", request.getHeader("Content-Length"));
                    request.getInputStream().transferTo(response.getOutputStream());
                }
                case "v1" -> {
                    response.setHeader("X-Path", request.getRequestURI() + "?" + request.getQueryString());
                    request.getInputStream().transferTo(response.getOutputStream());
                }
                case "lines" -> {
                    response.setContentType("application/x-ndjson");
                    response.getWriter().write("{\"done\":true}\n");
                }
                case "json" -> json(request, response);
                case "jsonecho" -> {
                    response.setContentType("application/json");
                    request.getInputStream().transferTo(response.getOutputStream());
                }
                case "say" -> say(request, response);
                case "retry" -> {
                    response.setStatus(503);
                    request.getParameterMap().forEach((name, values) -> response.addHeader(name, values[0]));
                }
                case "asyncecho" -> asyncEcho(request, response);
                case "facts" ->
                    response.getWriter()
                            .write(Stream.of(
                                            "request-id",
                                            "pool",
                                            "priority",
                                            "queued",
                                            "waited",
                                            "initial-position",
                                            "fallback")
                                    .map(name -> String.valueOf(request.getAttribute("io.anteroom." + name)))
                                    .collect(Collectors.joining(" ")));
                case "stream" -> stream(request, response);
                case "async" -> async(request, response);
                case "raw" -> raw(request);
                case "flood" -> flood(response);
                case "drip" -> drip(request, response);
                case "asyncflood" -> asyncFlood(request, response);
                case "tear" -> {
                    response.getWriter().write("begun");
                    response.flushBuffer();
                    throw new IllegalStateException("the application fails");
                }
                case "pause" -> {
                    long end = System.nanoTime() + Duration.ofMillis(2500).toNanos();
                    await(() -> System.nanoTime() > end);
                    response.setContentType("text/event-stream");
                    response.getWriter().write("data: x\n\n");
                }
                case "throw" -> throw new IllegalStateException("the application fails");
                case "overloaded" -> {
                    response.setStatus(503);
                    response.setContentType("application/json");
                    response.getWriter().write("{\"error\":{\"message\":\"overloaded\"}}");
                }
                default -> response.getWriter().write("hello");
            }
        }

        /** Says with a writer, in pieces, what the query says. */
        private static void say(HttpServletRequest request, HttpServletResponse response) throws IOException {
            response.setContentType(request.getParameter("type"));
            for (String piece : request.getParameter("text").split("\\|", -1)) {
                response.getWriter().write(piece);
            }
        }

        private static void json(HttpServletRequest request, HttpServletResponse response) throws IOException {
            byte[] body = "{\"id\":1}".getBytes(StandardCharsets.UTF_8);
            response.setContentType("application/json");
            if (!"chunked".equals(request.getQueryString())) {
                response.setContentLength(body.length);
            }
            response.getOutputStream().write(body);
        }

        private void hold() {
            try {
                hold.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private void stream(HttpServletRequest request, HttpServletResponse response) throws IOException {
            InputStream body = request.getInputStream();
            String said = new String(body.readAllBytes(), StandardCharsets.UTF_8);
            response.setContentType("text/event-stream");
            response.getOutputStream().write(("data: " + said + "\n\n").getBytes(StandardCharsets.UTF_8));
            response.flushBuffer();
            response.getOutputStream().write("data: [DONE]\n\n".getBytes(StandardCharsets.UTF_8));
        }

        private void async(HttpServletRequest request, HttpServletResponse response) {
            AsyncContext context = request.startAsync();
            background.execute(() -> {
                hold();
                try {
                    response.getWriter().write("async");
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                } finally {
                    context.complete();
                }
            });
        }

        /** Goes asynchronous by the container's own request, and answers when its time is over. */
        private static void raw(HttpServletRequest request) {
            ServletRequest own = request;
            while (own instanceof ServletRequestWrapper wrapper) {
                own = wrapper.getRequest();
            }
            AsyncContext context = own.startAsync();
            context.addListener(new AsyncListener() {
                @Override
                public void onTimeout(AsyncEvent event) throws IOException {
                    context.getResponse().getWriter().write("timed out");
                    context.complete();
                }

                @Override
                public void onComplete(AsyncEvent event) {}

                @Override
                public void onError(AsyncEvent event) {}

                @Override
                public void onStartAsync(AsyncEvent event) {}
            });
        }

        private void asyncEcho(HttpServletRequest request, HttpServletResponse response) throws IOException {
            AsyncContext context = request.startAsync();
            ServletInputStream in = request.getInputStream();
            ByteArrayOutputStream read = new ByteArrayOutputStream();
            in.setReadListener(new ReadListener() {
                @Override
                public void onDataAvailable() throws IOException {
                    byte[] chunk = new byte[1000];
                    while (in.isReady() && !in.isFinished()) {
                        int n = in.read(chunk);
                        read.write(chunk, 0, Math.max(0, n));
                    }
                }

                @Override
                public void onAllDataRead() throws IOException {
                    response.getOutputStream().write(read.toByteArray());
                    context.complete();
                }

                @Override
                public void onError(Throwable failure) {
                    context.complete();
                }
            });
        }

        /** Writes for ever, as long as somebody reads. */
        private void flood(HttpServletResponse response) throws IOException {
            byte[] bytes = new byte[1 << 16];
            while (true) {
                response.getOutputStream().write(bytes);
                response.getOutputStream().flush();
            }
        }

        /** The same without blocking, and without listening to errors. */
        private void asyncFlood(HttpServletRequest request, HttpServletResponse response) throws IOException {
            AsyncContext context = request.startAsync();
            context.setTimeout(0);
            ServletOutputStream out = response.getOutputStream();
            byte[] bytes = new byte[1 << 16];
            out.setWriteListener(new WriteListener() {
                @Override
                public void onWritePossible() throws IOException {
                    while (out.isReady()) {
                        out.write(bytes);
                    }
                }

                @Override
                public void onError(Throwable failure) {
                    context.complete();
                }
            });
        }

        /** Writes a little every now and then from another thread, for ever, and tells nobody when that fails. */
        private void drip(HttpServletRequest request, HttpServletResponse response) {
            AsyncContext context = request.startAsync();
            context.setTimeout(0);
            background.execute(() -> {
                try {
                    while (true) {
                        response.getOutputStream().write("data: x\n\n".getBytes(StandardCharsets.UTF_8));
                        response.flushBuffer();
                        LockSupport.parkNanos(10_000_000);
                    }
                } catch (IOException e) {
                    context.complete();
                }
            });
        }
    }
}
