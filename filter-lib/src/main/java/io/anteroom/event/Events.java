// SPDX-License-Identifier: Apache-2.0
package io.anteroom.event;

import io.anteroom.admission.Ticket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The one stream of what happens: access logs, metrics, analytics, webhooks and live pages all listen here, and come
 * and go while requests are under way. Give it to the builder as its listener. Safe from any thread.
 *
 * <p>Listeners are told one after the other on the thread where it happens. One that throws is passed over for that
 * event, and the others are told all the same.
 */
public final class Events implements QueueListener, NoticeListener {
    private static final System.Logger LOG = System.getLogger(Events.class.getName());

    private final List<QueueListener> ofRequests = new CopyOnWriteArrayList<>();
    private final List<NoticeListener> ofNotices = new CopyOnWriteArrayList<>();

    /** Tells this listener what happens to requests until the subscription is closed. */
    public Subscription subscribe(QueueListener listener) {
        ofRequests.add(listener);
        return () -> ofRequests.remove(listener);
    }

    /** Tells this listener what deserves somebody's attention until the subscription is closed. */
    public Subscription subscribeNotices(NoticeListener listener) {
        ofNotices.add(listener);
        return () -> ofNotices.remove(listener);
    }

    @Override
    public void on(QueueEvent event) {
        tell(ofRequests, listener -> listener.on(event));
    }

    @Override
    public void waits(String requestId, Ticket ticket) {
        tell(ofRequests, listener -> listener.waits(requestId, ticket));
    }

    @Override
    public @Nullable QueueListener arrives(Arriving request) {
        List<QueueListener> followers = new ArrayList<>(ofRequests.size());
        tell(ofRequests, listener -> {
            QueueListener follower = listener.arrives(request);
            if (follower != null) {
                followers.add(follower);
            }
        });
        return followers.isEmpty() ? null : event -> tell(followers, follower -> follower.on(event));
    }

    @Override
    public void on(Notice notice) {
        tell(ofNotices, listener -> listener.on(notice));
    }

    private static <L> void tell(List<L> listeners, Consumer<L> news) {
        for (L listener : listeners) {
            try {
                news.accept(listener);
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.WARNING, "A listener failed and was passed over", e);
            }
        }
    }

    /** A listener that is told; closing it once or again ends that. */
    @FunctionalInterface
    public interface Subscription extends AutoCloseable {
        @Override
        void close();
    }
}
