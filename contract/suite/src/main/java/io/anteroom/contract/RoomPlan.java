// SPDX-License-Identifier: Apache-2.0
package io.anteroom.contract;

import io.anteroom.Anteroom;
import io.anteroom.admission.LevelSettings;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Priority;
import io.anteroom.servlet.WaitStrategy;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** What a {@link Room} is to be like; opened once. */
public final class RoomPlan {
    private final Container container;
    private final Anteroom.Builder builder = Anteroom.builder()
            .commitAfter(Duration.ofSeconds(30))
            .heartbeat(Duration.ofMillis(100))
            .writeIdle(Duration.ofSeconds(20))
            .probe(true);
    private PoolSettings settings = PoolSettings.ofSlots(1).withEarlyRefusal(false);
    private List<Integer> errorPages = List.of();
    private boolean virtualThreads;
    private boolean onThreads;
    private boolean bystanders = true;
    private boolean checked = true;

    RoomPlan(Container container) {
        this.container = container;
        for (Priority priority : Priority.values()) {
            LevelSettings level = settings.level(priority).withLongestWait(Duration.ofSeconds(30));
            settings = settings.withLevel(priority, level);
        }
    }

    /** How many may run at once. */
    public RoomPlan slots(int slots) {
        return settings(s -> s.withSlots(slots));
    }

    /** Changes the settings of the pool {@link Room#POOL}. */
    public RoomPlan settings(UnaryOperator<PoolSettings> change) {
        settings = change.apply(settings);
        return this;
    }

    /** Changes the filter itself. */
    public RoomPlan filter(Consumer<Anteroom.Builder> change) {
        change.accept(builder);
        return this;
    }

    /** Commits a stream that waits almost at once. */
    public RoomPlan commitsSoon() {
        return filter(b -> b.commitAfter(Duration.ofMillis(50)));
    }

    /** Sends every request through the waiting path. */
    public RoomPlan forceQueue() {
        return filter(b -> b.forceQueue(true));
    }

    /** Answers these statuses by the application's own error page. */
    public RoomPlan errorPages(Integer... statuses) {
        errorPages = List.of(statuses);
        return this;
    }

    /** Runs requests on virtual threads where there are any, and leaves the way of waiting to the filter. */
    public RoomPlan virtualThreads() {
        virtualThreads = Runtime.version().feature() >= 21;
        return this;
    }

    /** Whether requests wait on their threads and so stay in their first pass. */
    public boolean isOnThreads() {
        return onThreads;
    }

    /**
     * Lets requests wait on their threads: virtual ones from JDK 21 on, and before that the container's own, which is
     * the same to the filter.
     */
    public RoomPlan waitsOnThreads() {
        onThreads = true;
        virtualThreads();
        return filter(b -> b.waitStrategy(WaitStrategy.VIRTUAL));
    }

    /** Leaves the innocent traffic out, for tests that count connections or stop the server. */
    public RoomPlan withoutBystanders() {
        bystanders = false;
        return this;
    }

    /** Leaves the checks at the end to the caller, who counts instead of failing. */
    public RoomPlan unchecked() {
        checked = false;
        return this;
    }

    /** Starts the server. */
    public Room open() {
        Anteroom anteroom = builder.pool(Room.POOL, settings)
                .pool("free", PoolSettings.ofSlots(64))
                .route("/v1/*", Room.POOL)
                .route("/free/*", "free")
                .build();
        Deployment.Kind kind = new Deployment.Kind(errorPages, virtualThreads);
        return new Room(container, anteroom, kind, bystanders, checked);
    }
}
