// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.live;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.anteroom.admin.web.parts.Bar;
import io.anteroom.admin.web.parts.StateWord;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What windows are told: one line of JSON, in which a name can neither end the line nor become markup. */
final class Messages {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Messages() {}

    private record State(String tone, String icon, String text) {}

    private record Shown(String text, String hint, List<Part> parts) {}

    private record Part(long x, long width, @Nullable String tone) {}

    private record Pool(String name, State state, Map<String, String> texts, Map<String, Shown> bars) {}

    private record Step(String at, List<@Nullable Long> values) {}

    private record Message(String at, Map<String, String> texts, List<Pool> pools, Map<String, List<Step>> charts) {}

    static String of(String at, Map<String, String> texts, List<PoolNow> pools, List<Chart> charts) {
        List<Pool> shown = new ArrayList<>();
        pools.forEach(pool -> shown.add(pool(pool)));
        Map<String, List<Step>> steps = new LinkedHashMap<>();
        charts.forEach(chart -> steps.put(
                chart.id(),
                chart.rows().stream()
                        .map(row -> new Step(row.at(), row.values()))
                        .toList()));
        try {
            return JSON.writeValueAsString(new Message(at, texts, shown, steps));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a message of texts and numbers cannot be written", e);
        }
    }

    private static Pool pool(PoolNow pool) {
        Map<String, Shown> bars = new LinkedHashMap<>();
        pool.bars().forEach((name, bar) -> bars.put(name, shown(bar)));
        StateWord state = pool.state();
        return new Pool(pool.name(), new State(state.tone().word(), state.icon(), state.text()), pool.texts(), bars);
    }

    private static Shown shown(Bar bar) {
        return new Shown(
                bar.text(),
                bar.hint(),
                bar.parts().stream()
                        .map(part -> new Part(part.from(), part.length(), part.tone()))
                        .toList());
    }
}
