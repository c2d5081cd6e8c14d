// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.config;

import io.anteroom.gateway.config.GatewayConfig.Secret;
import io.anteroom.gateway.config.UpstreamGroup.Backend;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Reads the backends of a group, and their keys. */
final class BackendReader {
    static final String URL = "an address as http://127.0.0.1:8000";
    static final String MODEL = "a name of 1 to 256 characters";
    /** Stands in where the file names none, which is a problem of its own. */
    static final Backend MISSING = Backend.of("missing", URI.create("http://127.0.0.1:1"));

    private static final String NAME = "a name of 1 to 64 of A-Z a-z 0-9 . _ -, each once";
    private static final int LONGEST_MODEL = 256;
    private static final int LONGEST_KEY_FILE = 64 * 1024;
    private static final int MOST = 1000;

    private final UnaryOperator<@Nullable String> environment;
    private final Optional<Path> file;
    /** With the groups that they are in. */
    private final Map<String, String> names = new HashMap<>();

    /** A reader of a text, which comes from that file if from any. */
    BackendReader(UnaryOperator<@Nullable String> environment, Optional<Path> file) {
        this.environment = environment;
        this.file = file;
    }

    /** The backends of a group: {@code url}, {@code urls} or {@code backends}. */
    List<Backend> read(String group, Section section) {
        Optional<Secret> key = key(section);
        List<URI> urls = new ArrayList<>(section.list("url", URL, BackendReader::url));
        urls.addAll(section.list("urls", URL, BackendReader::url));
        List<Backend> backends = new ArrayList<>();
        for (URI url : urls) {
            String name = group + "-" + (backends.size() + 1);
            String owner = names.putIfAbsent(name, group);
            if (owner != null && !owner.equals(group)) {
                section.problem(section.has("urls") ? "urls" : "url", "no other backend by the name " + name);
            }
            backends.add(new Backend(name, url, 1, 0, Map.of(), key, false));
        }
        for (Section one : section.sections("backends")) {
            backends.add(backend(group, backends.size() + 1, one, key));
        }
        if (!section.has("url") && !section.has("urls") && !section.has("backends")) {
            section.problem("url", URL);
        }
        check(section, backends);
        return backends.isEmpty() ? List.of(MISSING) : backends;
    }

    private static void check(Section section, List<Backend> backends) {
        long saying = backends.stream().filter(backend -> backend.slots() > 0).count();
        if (saying != 0 && saying != backends.size()) {
            section.problem("backends", "slots for each of them, or for none");
        }
        if (backends.size() > MOST) {
            section.problem("backends", "at most " + MOST);
        }
    }

    private Backend backend(String group, int number, Section section, Optional<Secret> usual) {
        String name = section.scalar("name", NAME, group + "-" + number, BackendReader::name);
        if (names.putIfAbsent(name, group) != null) {
            section.problem("name", NAME);
        }
        if (!section.has("url")) {
            section.problem("url", URL);
        }
        boolean hasKey = section.has("key-env") || section.has("key-file");
        Optional<Secret> own = key(section);
        Backend backend = new Backend(
                name,
                section.scalar("url", URL, MISSING.url(), BackendReader::url),
                section.count("weight", 1, 1, 1000),
                section.count("slots", 0, 0, UpstreamReader.many()),
                section.texts("models", MODEL, BackendReader::model),
                hasKey ? own : usual,
                section.yes("drain", false));
        section.end();
        return backend;
    }

    /** The key of the backends of a section, from the environment or a file. */
    Optional<Secret> key(Section section) {
        if (section.has("key-env") && section.has("key-file")) {
            section.problem("key-file", "nothing, beside key-env");
        }
        if (section.has("key-env")) {
            String expected = "the name of an environment variable that holds the backends' key";
            return secret(section, "key-env", expected, environment.apply(section.text("key-env", "")));
        }
        if (section.has("key-file")) {
            return secret(
                    section, "key-file", "a file that holds the backends' key", file(section.text("key-file", "")));
        }
        return Optional.empty();
    }

    private static Optional<Secret> secret(Section section, String key, String expected, @Nullable String value) {
        if (value == null || value.isBlank() || !value.strip().matches("[\\x21-\\x7e]+")) {
            section.problem(key, expected);
            return Optional.empty();
        }
        return Optional.of(new Secret(value.strip()));
    }

    private @Nullable String file(String name) {
        try {
            Path path = OperatorReader.beside(file, name);
            return Files.size(path) > LONGEST_KEY_FILE ? null : Files.readString(path);
        } catch (IOException | InvalidPathException e) {
            return null;
        }
    }

    private static @Nullable String name(String text) {
        return text.matches("[A-Za-z0-9._-]{1,64}") ? text : null;
    }

    static @Nullable String model(String text) {
        return text.isBlank() || text.length() > LONGEST_MODEL ? null : text;
    }

    /** An address of a backend, or null: HTTP, with a host, without user, query or fragment. */
    static @Nullable URI url(String text) {
        try {
            URI url = new URI(text.strip());
            boolean http = "http".equalsIgnoreCase(url.getScheme()) || "https".equalsIgnoreCase(url.getScheme());
            boolean plain = url.getRawUserInfo() == null && url.getRawQuery() == null && url.getRawFragment() == null;
            return http && plain && url.getHost() != null ? url : null;
        } catch (URISyntaxException e) {
            return null;
        }
    }
}
