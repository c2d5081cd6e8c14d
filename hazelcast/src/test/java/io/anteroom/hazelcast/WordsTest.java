// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.topic.Message;
import com.hazelcast.topic.MessageListener;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

/** How a node comes to hear the others where one of them does not know it yet. */
final class WordsTest {
    private final List<Note> read = new CopyOnWriteArrayList<>();
    private final Map<String, MessageListener<Note.Letter>> listeners = new ConcurrentHashMap<>();

    private boolean listen(BiConsumer<String, MessageListener<Note.Letter>> subscriber, Duration within) {
        return Words.listen("n1", subscriber, read::add, Thread::new, within);
    }

    @Test
    void listen_callThatIsLost_delaysNobodyForLong() {
        CountDownLatch answer = new CountDownLatch(1);

        boolean all = listen(
                (topic, listener) -> {
                    listeners.put(topic, listener);
                    if (topic.endsWith("n1")) {
                        awaitQuietly(answer);
                    }
                },
                Duration.ofMillis(20));

        assertThat(all).isFalse();
        Await.until("both are told of", () -> listeners.size() == 2);
        answer.countDown();
    }

    @Test
    void listen_callThatFails_isMadeAgain() {
        AtomicInteger calls = new AtomicInteger();

        boolean all = listen(
                (topic, listener) -> {
                    if (calls.incrementAndGet() <= 3) {
                        throw new IllegalStateException("timed out");
                    }
                    listeners.put(topic, listener);
                },
                Duration.ofSeconds(30));

        assertThat(all).isTrue();
        listeners.get("anteroom.all").onMessage(new Message<>("", new Note.Letter(new Note.Changed("x")), 0, null));
        assertThat(read).containsExactly(new Note.Changed("x"));
    }

    @Test
    void listen_callThatFailsAlways_comesToAnEnd() {
        AtomicInteger calls = new AtomicInteger();

        boolean all = listen(
                (topic, listener) -> {
                    calls.incrementAndGet();
                    throw new IllegalStateException("stopped");
                },
                Duration.ofMillis(20));

        assertThat(all).isFalse();
        Await.until("it has been tried as often as may be", () -> calls.get() == 10);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
