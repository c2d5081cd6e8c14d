// SPDX-License-Identifier: Apache-2.0
package io.anteroom.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EventsTest {
    private final Events events = new Events();
    private final List<Notice> heard = new ArrayList<>();
    private final Notice full = new Notice(Notice.QUEUE_FULL, "llm", Map.of("waiting", 10));

    @Test
    void tells_those_who_listen_until_they_close() {
        Events.Subscription subscription = events.subscribeNotices(heard::add);
        events.on(full);
        subscription.close();
        subscription.close();
        events.on(full);
        assertThat(heard).containsExactly(full);
    }

    @Test
    void passes_over_a_listener_that_throws() {
        events.subscribeNotices(notice -> {
            throw new IllegalStateException("broken");
        });
        events.subscribeNotices(heard::add);
        events.on(full);
        assertThat(heard).containsExactly(full);
    }
}
