// SPDX-License-Identifier: Apache-2.0
package io.anteroom.examples.clients;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a client saw while it read; written by one thread. */
final class Seen {
    static final String POSITION = "queue-initial-position";

    final StringBuilder text = new StringBuilder();
    @Nullable String position;
    boolean queue;

    void header(List<String> values) {
        position = values.isEmpty() ? null : values.get(0);
    }

    void chunk(Map<String, ?> unknownMembers, String words) {
        queue |= unknownMembers.containsKey("queue");
        text.append(words);
    }
}
