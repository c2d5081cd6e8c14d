// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.config;

import io.anteroom.gateway.config.YamlNode.Mapping;
import io.anteroom.gateway.config.YamlNode.Nothing;
import io.anteroom.gateway.config.YamlNode.Scalar;
import io.anteroom.gateway.config.YamlNode.Sequence;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A block of the file. Every question answers the default when the key is absent or its value is wrong; what is wrong
 * is noted and told with everything else. {@link #end()} must be the last call: it tells the keys that nobody asked
 * for.
 */
final class Section {
    private final String path;
    private final Mapping mapping;
    private final List<ConfigProblem> problems;
    private final Set<String> known = new LinkedHashSet<>();

    Section(String path, Mapping mapping, List<ConfigProblem> problems) {
        this.path = path;
        this.mapping = mapping;
        this.problems = problems;
    }

    String path() {
        return path;
    }

    int line() {
        return mapping.line();
    }

    boolean has(String key) {
        return value(key) != null;
    }

    String text(String key, String otherwise) {
        return scalar(key, "a text", otherwise, text -> text.isBlank() ? null : text);
    }

    boolean yes(String key, boolean otherwise) {
        return choice(key, otherwise, Map.of("true", true, "false", false));
    }

    long whole(String key, long otherwise, long min, long max) {
        String bound = max >= Integer.MAX_VALUE ? "at least " + min : "from " + min + " to " + max;
        return scalar(key, "a whole number " + bound, otherwise, text -> {
            Long number = Scalars.whole(text);
            return number == null || number < min || number > max ? null : number;
        });
    }

    int count(String key, int otherwise, int min, int max) {
        return (int) whole(key, otherwise, min, max);
    }

    long bytes(String key, long otherwise, long max) {
        return scalar(key, "a size as 64KiB, 1MiB or 512 (bytes)", otherwise, text -> {
            Long size = Scalars.bytes(text);
            return size == null || size > max ? null : size;
        });
    }

    Duration duration(String key, Duration otherwise, Duration min, Duration max) {
        String expected =
                "a time from " + Scalars.shown(min) + " to " + Scalars.shown(max) + ", as 300ms, 5s, 2m or 1h";
        return scalar(key, expected, otherwise, text -> {
            Duration time = Scalars.duration(text);
            return time == null || time.compareTo(min) < 0 || time.compareTo(max) > 0 ? null : time;
        });
    }

    <T> T choice(String key, T otherwise, Map<String, T> allowed) {
        String expected = String.join(" or ", allowed.keySet().stream().sorted().toList());
        return scalar(key, expected, otherwise, allowed::get);
    }

    /** A scalar by a parser that answers null for what it does not understand. */
    <T> T scalar(String key, String expected, T otherwise, Function<String, @Nullable T> parser) {
        YamlNode node = value(key);
        if (node == null) {
            return otherwise;
        }
        T parsed = node instanceof Scalar scalar ? parser.apply(scalar.text()) : null;
        if (parsed == null) {
            problem(node, key, expected);
            return otherwise;
        }
        return parsed;
    }

    /** A list of scalars; one scalar alone counts as a list of one. */
    <T> List<T> list(String key, String expected, Function<String, @Nullable T> parser) {
        YamlNode node = value(key);
        if (node == null) {
            return List.of();
        }
        List<YamlNode> items = node instanceof Sequence sequence ? sequence.items() : List.of(node);
        List<T> parsed = new ArrayList<>();
        for (YamlNode item : items) {
            T value = item instanceof Scalar scalar ? parser.apply(scalar.text()) : null;
            if (value == null) {
                problem(item, key, expected);
            } else {
                parsed.add(value);
            }
        }
        return List.copyOf(parsed);
    }

    /** A block; an empty one if absent. */
    Section section(String key) {
        YamlNode node = value(key);
        if (node instanceof Mapping found) {
            return new Section(name(key), found, problems);
        }
        if (node != null) {
            problem(node, key, "a block of keys");
        }
        return new Section(name(key), new Mapping(line(), Map.of()), problems);
    }

    /** Blocks by their names, in the order of the file. */
    Map<String, Section> named(String key) {
        Section outer = section(key);
        Map<String, Section> sections = new LinkedHashMap<>();
        for (Map.Entry<String, YamlNode> entry : outer.mapping.entries().entrySet()) {
            sections.put(entry.getKey(), outer.section(entry.getKey()));
        }
        return sections;
    }

    /** Whether it has no keys at all. */
    boolean isEmpty() {
        return mapping.entries().isEmpty();
    }

    /** Texts by their names; a list stands for names that are their own texts. */
    Map<String, String> texts(String key, String expected, Function<String, @Nullable String> parser) {
        Map<String, String> texts = new LinkedHashMap<>();
        if (!(value(key) instanceof Mapping found)) {
            list(key, expected, parser).forEach(text -> texts.put(text, text));
            return texts;
        }
        Section inside = new Section(name(key), found, problems);
        for (String name : found.entries().keySet()) {
            texts.put(name, inside.scalar(name, expected, "", parser));
        }
        return texts;
    }

    /** A list of blocks. */
    List<Section> sections(String key) {
        YamlNode node = value(key);
        if (node == null) {
            return List.of();
        }
        if (!(node instanceof Sequence sequence)) {
            problem(node, key, "a list of blocks");
            return List.of();
        }
        List<Section> sections = new ArrayList<>();
        for (int i = 0; i < sequence.items().size(); i++) {
            YamlNode item = sequence.items().get(i);
            String name = key + "[" + i + "]";
            if (item instanceof Mapping found) {
                sections.add(new Section(name(name), found, problems));
            } else {
                problem(item, name, "a block of keys");
            }
        }
        return sections;
    }

    /** Notes a problem with the value of a key. */
    void problem(String key, String expected) {
        YamlNode node = mapping.entries().get(key);
        if (node == null) {
            problems.add(new ConfigProblem(line(), name(key), "missing", expected));
        } else {
            problem(node, key, expected);
        }
    }

    /** Notes a problem with the value of a key, which is shown otherwise than it stands there. */
    void problem(String key, String shown, String expected) {
        YamlNode node = mapping.entries().get(key);
        problems.add(new ConfigProblem(node == null ? line() : node.line(), name(key), shown, expected));
    }

    /** Tells every key that nobody asked for. */
    void end() {
        mapping.entries().forEach((key, node) -> {
            if (!known.contains(key)) {
                problems.add(new ConfigProblem(node.line(), name(key), "unknown key", Scalars.suggestion(key, known)));
            }
        });
    }

    private void problem(YamlNode node, String key, String expected) {
        problems.add(new ConfigProblem(node.line(), name(key), node.shown(), expected));
    }

    private @Nullable YamlNode value(String key) {
        known.add(key);
        YamlNode node = mapping.entries().get(key);
        return node instanceof Nothing ? null : node;
    }

    private String name(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }
}
