// SPDX-License-Identifier: Apache-2.0
package io.anteroom.contract.app;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The acts that start an asynchronous cycle of their own. */
final class AsyncActs {
    static final Map<String, Act> ALL = Map.ofEntries(
            Map.entry("echo-async", AsyncActs::echo),
            Map.entry("sse-async", AsyncActs::sse),
            Map.entry("flood-async", AsyncActs::flood),
            Map.entry("nested", AsyncActs::nested),
            Map.entry("nested-twice", AsyncActs::nestedTwice),
            Map.entry("nested-complete", AsyncActs::nestedComplete),
            Map.entry("nested-sse", AsyncActs::nestedSse),
            Map.entry("nested-timeout", AsyncActs::nestedTimeout),
            Map.entry("nested-timeout-told", AsyncActs::nestedTimeoutTold),
            Map.entry("sse-timeout", AsyncActs::sseTimeout),
            Map.entry("sse-timeout-told", AsyncActs::sseTimeoutTold),
            Map.entry("sse-timeout-silent", AsyncActs::sseTimeoutSilent),
            Map.entry("nested-throw", AsyncActs::nestedThrow));

    private static final String CYCLES = "io.anteroom.contract.cycles";
    private static final ExecutorService ELSEWHERE = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "app-elsewhere");
        thread.setDaemon(true);
        return thread;
    });

    private AsyncActs() {}

    private static AsyncContext start(Cue cue) {
        AsyncContext context = cue.request().startAsync();
        context.setTimeout(30_000);
        return context;
    }

    private static void echo(Cue cue) throws IOException {
        AsyncContext context = start(cue);
        ServletInputStream in = cue.request().getInputStream();
        in.setReadListener(new ReadListener() {
            private final ByteArrayOutputStream body = new ByteArrayOutputStream();

            @Override
            public void onDataAvailable() throws IOException {
                byte[] some = new byte[1000];
                while (in.isReady()) {
                    int read = in.read(some);
                    if (read < 0) {
                        return;
                    }
                    body.write(some, 0, read);
                }
            }

            @Override
            public void onAllDataRead() throws IOException {
                BlockingActs.describe(cue, body.size());
                cue.response().getOutputStream().write(body.toByteArray());
                context.complete();
            }

            @Override
            public void onError(Throwable failure) {
                context.complete();
            }
        });
    }

    private static void sse(Cue cue) throws IOException {
        AsyncContext context = start(cue);
        cue.response().setContentType("text/event-stream");
        writeAsync(cue, context, "data: first\n\n", () -> ELSEWHERE.execute(() -> finishSse(cue, context)));
    }

    private static void finishSse(Cue cue, AsyncContext context) {
        try {
            cue.passMiddle();
            cue.write("data: second\n\ndata: [DONE]\n\n");
        } catch (IOException | IllegalStateException e) {
            // The client left, or the container gave up: complete below says so to the container.
        } finally {
            complete(context);
        }
    }

    /** Writes one text through a WriteListener, then runs {@code then} once. */
    private static void writeAsync(Cue cue, AsyncContext context, String text, Runnable then) throws IOException {
        ServletOutputStream out = cue.response().getOutputStream();
        out.setWriteListener(new WriteListener() {
            private int step;

            @Override
            public void onWritePossible() throws IOException {
                while (out.isReady()) {
                    if (step == 0) {
                        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
                    } else if (step == 1) {
                        out.flush();
                    } else {
                        if (step == 2) {
                            then.run();
                        }
                        step++;
                        return;
                    }
                    step++;
                }
            }

            @Override
            public void onError(Throwable failure) {
                complete(context);
            }
        });
    }

    private static void flood(Cue cue) throws IOException {
        AsyncContext context = start(cue);
        cue.response().setContentType("text/event-stream");
        ServletOutputStream out = cue.response().getOutputStream();
        byte[] block = "data: flood\n\n".repeat(1000).getBytes(StandardCharsets.ISO_8859_1);
        out.setWriteListener(new WriteListener() {
            private long sent;

            @Override
            public void onWritePossible() throws IOException {
                while (out.isReady()) {
                    if (sent >= 64 << 20) {
                        context.complete();
                        return;
                    }
                    out.write(block);
                    sent += block.length;
                }
            }

            @Override
            public void onError(Throwable failure) {
                complete(context);
            }
        });
    }

    private static void nested(Cue cue) throws IOException {
        if (cue.request().getAttribute(CYCLES) != null) {
            BlockingActs.hello(cue);
            return;
        }
        cue.request().setAttribute(CYCLES, 1);
        AsyncContext context = start(cue);
        ELSEWHERE.execute(context::dispatch);
    }

    private static void nestedTwice(Cue cue) throws IOException {
        Integer cycles = (Integer) cue.request().getAttribute(CYCLES);
        int done = cycles == null ? 0 : cycles;
        if (done == 2) {
            if (cue.request().getDispatcherType() != DispatcherType.ASYNC) {
                throw new IllegalStateException("dispatched as " + cue.request().getDispatcherType());
            }
            BlockingActs.hello(cue);
            return;
        }
        cue.request().setAttribute(CYCLES, done + 1);
        start(cue).dispatch();
    }

    private static void nestedComplete(Cue cue) {
        AsyncContext context = start(cue);
        ELSEWHERE.execute(() -> {
            try {
                cue.passMiddle();
                BlockingActs.hello(cue);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } finally {
                complete(context);
            }
        });
    }

    private static void nestedSse(Cue cue) throws IOException {
        cue.response().setContentType("text/event-stream");
        cue.write("data: first\n\n");
        cue.flush();
        AsyncContext context = start(cue);
        ELSEWHERE.execute(() -> finishSse(cue, context));
    }

    private static void nestedTimeout(Cue cue) {
        start(cue).setTimeout(100);
    }

    /** The usual way: the application answers by itself, and completes by the event's context. */
    private static void nestedTimeoutTold(Cue cue) {
        start(cue, new TimeoutListener() {
            @Override
            public void onTimeout(AsyncEvent event) throws IOException {
                AsyncContext context = event.getAsyncContext();
                HttpServletResponse response = (HttpServletResponse) context.getResponse();
                response.setStatus(504);
                response.setContentType("application/json");
                response.getOutputStream().print("{\"error\":\"backend timed out\"}");
                context.complete();
            }
        });
    }

    private static void beginSse(Cue cue) throws IOException {
        cue.response().setContentType("text/event-stream");
        cue.write("data: first\n\n");
        cue.flush();
    }

    private static void sseTimeout(Cue cue) throws IOException {
        beginSse(cue);
        start(cue).setTimeout(100);
    }

    private static void sseTimeoutTold(Cue cue) throws IOException {
        beginSse(cue);
        start(cue, new TimeoutListener() {
            @Override
            public void onTimeout(AsyncEvent event) throws IOException {
                AsyncContext context = event.getAsyncContext();
                context.getResponse().getOutputStream().print("data: sorry\n\n");
                context.complete();
            }
        });
    }

    private static void sseTimeoutSilent(Cue cue) throws IOException {
        beginSse(cue);
        start(cue, new TimeoutListener() {
            @Override
            public void onTimeout(AsyncEvent event) {
                event.getAsyncContext().complete();
            }
        });
    }

    private static void start(Cue cue, AsyncListener listener) {
        AsyncContext context = start(cue);
        context.setTimeout(100);
        context.addListener(listener);
    }

    /** One that only cares for the time-out. */
    private abstract static class TimeoutListener implements AsyncListener {
        @Override
        public void onComplete(AsyncEvent event) {}

        @Override
        public void onError(AsyncEvent event) {}

        @Override
        public void onStartAsync(AsyncEvent event) {}
    }

    private static void nestedThrow(Cue cue) {
        start(cue);
        throw new IllegalStateException("planned after startAsync, for " + cue.id());
    }

    private static void complete(AsyncContext context) {
        try {
            context.complete();
        } catch (IllegalStateException e) {
            // The container has ended the exchange by itself.
        }
    }
}
