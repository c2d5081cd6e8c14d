// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.analytics;

import io.anteroom.admission.PoolSnapshot;
import io.anteroom.admission.Priority;
import io.anteroom.event.QueueEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A minute of one pool that is still counted. Not thread-safe. */
final class OpenMinute {
    private final String pool;
    private final long minute;
    private final List<Figures> levels = new ArrayList<>();
    private final TopList keys = new TopList();
    private final TopList addresses = new TopList();

    OpenMinute(String pool, long minute) {
        this.pool = pool;
        this.minute = minute;
        for (int i = 0; i <= Minute.WHOLE; i++) {
            levels.add(new Figures());
        }
    }

    long minute() {
        return minute;
    }

    void record(QueueEvent event, long running) {
        levels.get(event.priority().ordinal()).record(event);
        // Where a newcomer stands is the least that wait.
        levels.get(Minute.WHOLE).peaks(event.kind() == QueueEvent.Kind.QUEUED ? event.position() : 0, running);
        list(keys, event.caller().key(), event);
        list(addresses, event.caller().ip(), event);
    }

    private static void list(TopList list, String name, QueueEvent event) {
        switch (event.kind()) {
            case QUEUED -> list.arrived(name);
            case ADMITTED -> {
                if (event.position() == 0) {
                    list.arrived(name);
                }
                list.waited(name, event.waited().toMillis());
            }
            case REFUSED -> {
                list.arrived(name);
                list.refused(name);
            }
            case EXPIRED -> {
                list.expired(name);
                list.waited(name, event.waited().toMillis());
            }
            case SHED, ABANDONED -> list.waited(name, event.waited().toMillis());
            case RELEASED -> list.ran(name, event.ran().toMillis());
            case KEPT, GIVEN_UP, FELL_BACK -> {}
        }
    }

    void sample(PoolSnapshot now) {
        levels.get(Minute.WHOLE).peaks(now.waiting(), now.running());
        for (Priority level : Priority.values()) {
            PoolSnapshot.Depth depth = now.levels().get(level);
            if (depth != null) {
                levels.get(level.ordinal()).peaks(depth.waiting(), depth.running());
            }
        }
    }

    /** As it is now. */
    Minute close(UnaryOperator<String> names) {
        List<byte @Nullable []> written = new ArrayList<>();
        for (Figures level : levels) {
            written.add(level.isEmpty() ? null : level.bytes());
        }
        return new Minute(pool, minute, written, List.of(keys.named(names).bytes(), addresses.bytes()));
    }
}
