// SPDX-License-Identifier: Apache-2.0
package io.anteroom.contract;

import io.anteroom.contract.client.Answer;
import io.anteroom.contract.client.Answer.End;
import io.anteroom.contract.client.Http2Call;
import io.anteroom.contract.client.RawHttp1;
import io.anteroom.contract.client.RawHttp2;
import io.anteroom.contract.client.Request;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * Innocent traffic beside a scenario: three callers on connections of their own, kept alive throughout, each checking
 * that every answer is its own and complete. Containers recycle request and response objects between connections, so a
 * filter that touches a response too late shows here.
 */
final class Bystanders implements AutoCloseable {
    private static final int PACE_MILLIS = 15;

    private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(3, task -> {
        Thread thread = new Thread(task, "bystander");
        thread.setDaemon(true);
        return thread;
    });
    private final Queue<String> harm = new ConcurrentLinkedQueue<>();
    private final AtomicInteger served = new AtomicInteger();
    private final RawHttp1 flushing;
    private final RawHttp1 echoing;
    private final RawHttp2 multiplexing;

    Bystanders(int port) {
        flushing = RawHttp1.to(port);
        echoing = RawHttp1.to(port);
        multiplexing = RawHttp2.to(port);
        run("flushing", id -> {
            flushing.send(Request.get("/free/hello-flushed").id(id));
            return check(flushing.answer(), "hello " + id);
        });
        run("echoing", id -> {
            String body = "{\"bystander\":\"" + id + "\"}";
            echoing.send(Request.post("/free/echo", body).id(id));
            return check(echoing.answer(), body);
        });
        run("multiplexing", id -> {
            try (Http2Call call =
                    multiplexing.send(Request.get("/free/hello-flushed").id(id))) {
                return check(call.answer(), "hello " + id);
            }
        });
    }

    private void run(String name, Function<String, String> one) {
        AtomicInteger turn = new AtomicInteger();
        threads.scheduleWithFixedDelay(
                () -> {
                    if (!harm.isEmpty()) {
                        return;
                    }
                    String id = name + "-" + turn.incrementAndGet();
                    try {
                        String problem = one.apply(id);
                        if (!problem.isEmpty()) {
                            harm.add(id + ": " + problem);
                        }
                        served.incrementAndGet();
                    } catch (RuntimeException | AssertionError e) {
                        harm.add(id + ": " + e);
                    }
                },
                0,
                PACE_MILLIS,
                TimeUnit.MILLISECONDS);
    }

    private static String check(Answer answer, String expected) {
        boolean isRight = answer.status() == 200
                && answer.end() == End.COMPLETE
                && answer.body().equals(expected);
        return isRight ? "" : "wanted 200 '" + expected + "', got " + answer;
    }

    /** Ends the traffic and fails if anybody was harmed. */
    @Override
    public void close() {
        Await.within(Await.LIMIT, () -> served.get() > 2 || !harm.isEmpty());
        threads.shutdown();
        try {
            if (!threads.awaitTermination(Await.LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                harm.add("an innocent request was never answered");
                threads.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        flushing.close();
        echoing.close();
        multiplexing.close();
        if (!harm.isEmpty() || served.get() == 0) {
            throw new AssertionError(served + " innocent requests were served, these were harmed: " + harm);
        }
    }
}
