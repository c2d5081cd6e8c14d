// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import com.hazelcast.topic.ITopic;
import com.hazelcast.topic.MessageListener;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;

/** Carries words between nodes: to all of them, or to one by its name. A word can get lost. Safe from any thread. */
final class Words {
    private static final Logger LOG = System.getLogger(Words.class.getName());
    private static final String ALL = "anteroom.all";
    private static final String ONE = "anteroom.node.";
    private static final int MOST_TRIES = 5;

    private final Function<String, ITopic<Note.Letter>> topics;

    Words(Function<String, ITopic<Note.Letter>> topics) {
        this.topics = topics;
    }

    void tell(String node, Note note) {
        publish(ONE + node, note);
    }

    void tellAll(Note note) {
        publish(ALL, note);
    }

    private void publish(String topic, Note note) {
        try {
            topics.apply(topic).publish(new Note.Letter(note));
        } catch (RuntimeException e) {
            // Nothing depends on it; the instance is stopping or has no partner.
            LOG.log(Level.DEBUG, "cluster: a word was not sent", e);
        }
    }

    /** Has {@code reader} told what is said to all and to this node, as soon as the others know. */
    boolean listen(String node, Consumer<Note> reader, ThreadFactory threads, Duration within) {
        return listen(
                node, (topic, listener) -> topics.apply(topic).addMessageListener(listener), reader, threads, within);
    }

    /**
     * Each other member is to know that this one listens, and one that does not know this one yet throws the call away,
     * so that it hangs for tens of seconds and fails: it is made again. Until then that member's words do not come.
     *
     * @param within how long to wait for all of them
     * @return whether all know by then; it goes on otherwise
     */
    static boolean listen(
            String node,
            BiConsumer<String, MessageListener<Note.Letter>> subscriber,
            Consumer<Note> reader,
            ThreadFactory threads,
            Duration within) {
        List<String> topics = List.of(ALL, ONE + node);
        CountDownLatch known = new CountDownLatch(topics.size());
        for (String topic : topics) {
            Runnable subscription = () -> {
                if (subscribe(topic, subscriber, reader)) {
                    known.countDown();
                }
            };
            threads.newThread(subscription).start();
        }
        try {
            return known.await(within.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static boolean subscribe(
            String topic, BiConsumer<String, MessageListener<Note.Letter>> subscriber, Consumer<Note> reader) {
        for (int i = 1; i <= MOST_TRIES; i++) {
            try {
                subscriber.accept(
                        topic,
                        message -> reader.accept(message.getMessageObject().note()));
                return true;
            } catch (RuntimeException e) {
                LOG.log(Level.DEBUG, "cluster: not all nodes know that this one listens, try " + i, e);
            }
        }
        return false;
    }
}
