// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.config;

import io.anteroom.gateway.config.GatewayConfig.Listen;
import io.anteroom.gateway.config.GatewayConfig.Secret;
import io.anteroom.gateway.config.OperatorConfig.AdminListen;
import io.anteroom.gateway.config.OperatorConfig.Directory;
import io.anteroom.gateway.config.OperatorConfig.Nowhere;
import io.anteroom.gateway.config.OperatorConfig.Server;
import io.anteroom.gateway.config.OperatorConfig.Source;
import io.anteroom.gateway.config.OperatorConfig.Storage;
import io.anteroom.settings.Retention;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Reads {@code storage}, {@code settings}, {@code admin}, {@code retention} and {@code cluster}. */
final class OperatorReader {
    private static final String USUAL_DIRECTORY = "data";
    private static final String OFF = "off";
    private static final String URL = "an address as jdbc:postgresql://db/anteroom, without a password in it";
    private static final String NODES = "[A-Za-z0-9][A-Za-z0-9._-]{0,63}";
    private static final String NODE = "a name of at most 64 letters, digits, dots, dashes and underscores";
    private static final int LONGEST_FILE = 64 << 10;
    /** Secrets of webhooks by the beginning of their keys, and what they hold. */
    private static final Map<String, String> SECRETS = Map.of("key", "key", "trust", "certificates of authorities");

    private final UnaryOperator<@Nullable String> environment;
    private final Optional<Path> file;

    /**
     * A reader of a text.
     *
     * @param file where the text comes from; without it nothing is kept and no operator comes in unless it says so
     */
    OperatorReader(UnaryOperator<@Nullable String> environment, Optional<Path> file) {
        this.environment = environment;
        this.file = file;
    }

    OperatorConfig read(Section root, Listen listen) {
        Section settings = root.section("settings");
        Source source =
                settings.choice("source", Source.DATABASE, Map.of("database", Source.DATABASE, "file", Source.FILE));
        settings.end();
        String node = root.scalar("node", NODE, machine(), text -> text.matches(NODES) ? text : null);
        return new OperatorConfig(
                node,
                file,
                storage(root.section("storage")),
                source,
                admin(root.section("admin"), listen),
                WebhookReader.sending(
                        root.section("webhooks"),
                        (section, prefix) -> secret(section, prefix, SECRETS.getOrDefault(prefix, prefix))),
                WebhookReader.notices(root),
                new TelemetryReader(environment).read(root),
                ClusterReader.read(root.section("cluster"), node));
    }

    /** The name of the machine, as shells and containers tell it. */
    private String machine() {
        String host = file.isPresent() ? environment.apply("HOSTNAME") : null;
        return host != null && host.matches(NODES) ? host : OperatorConfig.NONE.node();
    }

    static Retention retention(Section section) {
        Retention usual = Retention.DEFAULT;
        Retention retention = new Retention(
                section.count("revisions", usual.revisions(), 1, 10_000),
                days(section, "audit-days", usual.audit()),
                days(section, "analytics-days", usual.analytics()));
        section.end();
        return retention;
    }

    private static Duration days(Section section, String key, Duration usual) {
        return Duration.ofDays(section.count(key, (int) usual.toDays(), 1, 3650));
    }

    private Storage storage(Section section) {
        Storage storage = section.has("url") ? server(section) : directory(section);
        section.end();
        return storage;
    }

    private Storage directory(Section section) {
        for (String key : new String[] {"user", "password-env", "password-file"}) {
            if (section.has(key)) {
                section.problem(key, "only together with url");
            }
        }
        String otherwise = file.isPresent() ? USUAL_DIRECTORY : OFF;
        String dir = section.scalar(
                "dir",
                "a directory as data, without a semicolon in its path, or off",
                otherwise,
                text -> text.isBlank() || text.indexOf(';') >= 0 || text.indexOf('\0') >= 0 ? null : text.strip());
        return dir.equals(OFF) ? new Nowhere() : new Directory(besideTheFile(dir));
    }

    /** A relative path begins where the file is, wherever the gateway is started. */
    private Path besideTheFile(String path) {
        return beside(file, path);
    }

    /** The same for whoever reads from that file. */
    static Path beside(Optional<Path> file, String path) {
        Path folder = file.map(known -> known.toAbsolutePath().getParent()).orElse(null);
        return folder == null ? Path.of(path) : folder.resolve(path);
    }

    private Storage server(Section section) {
        if (section.has("dir")) {
            section.problem("dir", "either dir or url");
        }
        String url = section.text("url", "");
        if (!url.matches("jdbc:postgresql://[^@\\s]+")
                || url.toLowerCase(Locale.ROOT).contains("password=")) {
            // Not as it stands there: it may hold a password.
            section.problem("url", url.replaceAll("[?;].*", "").replaceAll("//[^/@]*@", "//"), URL);
        }
        return new Server(url, section.text("user", ""), password(section));
    }

    private Optional<Secret> password(Section section) {
        return secret(section, "password", "password");
    }

    /** What an environment variable or a file holds, named by {@code ...-env} or {@code ...-file}. */
    private Optional<Secret> secret(Section section, String prefix, String what) {
        String env = prefix + "-env";
        String path = prefix + "-file";
        if (section.has(env) && section.has(path)) {
            section.problem(path, "either " + env + " or " + path);
        }
        if (section.has(env)) {
            String value = environment.apply(section.text(env, ""));
            if (value == null || value.isEmpty()) {
                section.problem(env, "the name of an environment variable that holds the " + what);
                return Optional.empty();
            }
            return Optional.of(new Secret(value));
        }
        return section.has(path) ? fromFile(section, path, what) : Optional.empty();
    }

    private Optional<Secret> fromFile(Section section, String key, String what) {
        Path path = besideTheFile(section.text(key, ""));
        try {
            if (Files.size(path) <= LONGEST_FILE) {
                String value = Files.readString(path).strip();
                if (!value.isEmpty()) {
                    return Optional.of(new Secret(value));
                }
            }
        } catch (IOException e) {
            // Told below, with what is wrong with its content.
        }
        section.problem(key, "a readable file that holds the " + what + " and nothing else");
        return Optional.empty();
    }

    private AdminListen admin(Section section, Listen listen) {
        AdminListen admin = new AdminListen(
                section.yes("enabled", file.isPresent()),
                section.text("host", AdminListen.OFF.host()),
                section.count("port", AdminListen.USUAL_PORT, 0, 65_535),
                section.list("hosts", "a host name as gateway.example.org, without a port", OperatorReader::host),
                section.list("trusted-proxies", "a network as 10.0.0.0/8 or an address", Networks::checked),
                section.scalar(
                        "environment", "a text of at most 32 characters", "", text -> text.length() > 32 ? null : text),
                section.yes("insecure-http", false));
        if (admin.enabled() && admin.port() != 0 && admin.port() == listen.port()) {
            section.problem("port", "a port of its own, not that of listen");
        }
        section.end();
        return admin;
    }

    private static @Nullable String host(String text) {
        String host = text.strip().toLowerCase(Locale.ROOT);
        return host.matches("[a-z0-9_]([a-z0-9._-]{0,252})|\\[[0-9a-f:.]{2,45}]") ? host : null;
    }
}
