// SPDX-License-Identifier: Apache-2.0
package io.anteroom.backend;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * The samples of a Prometheus text exposition (format 0.0.4), each name's summed over its labels: a server with several
 * models has a line for each. What cannot be read is passed over; at most {@value #MAX_LINES} lines are looked at.
 */
final class MetricsText {
    private static final int MAX_LINES = 20_000;

    private final Map<String, Double> sums = new HashMap<>();

    private MetricsText() {}

    static MetricsText of(String text) {
        MetricsText metrics = new MetricsText();
        text.lines().limit(MAX_LINES).forEach(metrics::add);
        return metrics;
    }

    /** The sum of all samples of that name, empty if there is none. */
    OptionalDouble sum(String name) {
        Double sum = sums.get(name);
        return sum == null ? OptionalDouble.empty() : OptionalDouble.of(sum);
    }

    private void add(String line) {
        if (line.isEmpty() || line.charAt(0) == '#') {
            return;
        }
        int nameEnd = endOfName(line);
        int valueStart = nameEnd < line.length() && line.charAt(nameEnd) == '{' ? afterLabels(line, nameEnd) : nameEnd;
        if (nameEnd == 0 || valueStart < 0) {
            return;
        }
        String[] rest = line.substring(valueStart).strip().split("\\s+", 2);
        try {
            double value = Double.parseDouble(rest[0]);
            if (Double.isFinite(value)) {
                sums.merge(line.substring(0, nameEnd), value, Double::sum);
            }
        } catch (NumberFormatException e) {
            // A line of another form says nothing; the others still count.
        }
    }

    private static int endOfName(String line) {
        int i = 0;
        while (i < line.length() && line.charAt(i) != '{' && !Character.isWhitespace(line.charAt(i))) {
            i++;
        }
        return i;
    }

    /** Label values are quoted and may contain braces. */
    private static int afterLabels(String line, int open) {
        boolean quoted = false;
        for (int i = open + 1; i < line.length(); i++) {
            char c = line.charAt(i);
            if (quoted && c == '\\') {
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == '}' && !quoted) {
                return i + 1;
            }
        }
        return -1;
    }
}
