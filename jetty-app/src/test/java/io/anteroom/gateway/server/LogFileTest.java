// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.anteroom.gateway.config.ConfigReader;
import io.anteroom.gateway.sim.ModelServer;
import io.anteroom.gateway.sim.ModelSettings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** The access log of a disk that is full, and of one that has room again. */
final class LogFileTest {
    /** Every write to it ends as on a full disk. */
    private static final Path FULL = Path.of("/dev/full");

    @TempDir
    private Path folder;

    private final long[] now = {0};
    private final Logger logger = (Logger) LoggerFactory.getLogger(LogFile.class.getName());
    private final ListAppender<ILoggingEvent> said = new ListAppender<>();

    @BeforeEach
    void listen() {
        said.start();
        logger.setLevel(Level.INFO);
        logger.addAppender(said);
    }

    @AfterEach
    void stop() {
        logger.detachAppender(said);
        logger.setLevel(null);
    }

    private List<String> said() {
        return said.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    private static void write(LogFile file, String line) {
        byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
        file.write(bytes, 0, bytes.length);
    }

    @Test
    void file_takenAway_isMadeAnewWithinASecond() throws IOException {
        Path path = folder.resolve("access.log");
        Path old = folder.resolve("access.log.1");
        try (LogFile file = new LogFile(path, () -> now[0])) {
            write(file, "one\n");
            Files.move(path, old);
            write(file, "two\n");
            now[0] += Duration.ofSeconds(1).toNanos();
            write(file, "three\n");
            Files.delete(path);
            Files.createFile(path);
            now[0] += Duration.ofSeconds(1).toNanos();
            write(file, "four\n");
        }

        assertThat(old).hasContent("one\ntwo\n");
        assertThat(path).hasContent("four\n");
        assertThat(said()).isEmpty();
    }

    /** A log whose disk is full until {@link #makeRoom}. */
    private Path onFullDisk() throws IOException {
        assumeThat(FULL).exists();
        return Files.createSymbolicLink(folder.resolve("access.log"), FULL);
    }

    private void makeRoom(Path log) throws IOException {
        Files.delete(log);
        Files.createSymbolicLink(log, Files.createFile(folder.resolve("roomy.log")));
    }

    @Test
    void write_fullDisk_isSaidOnce_andGoesOnWhenThereIsRoom() throws Exception {
        Path log = onFullDisk();
        try (LogFile file = new LogFile(log, () -> now[0])) {
            write(file, "one\n");
            write(file, "two\n");
            now[0] += Duration.ofSeconds(1).toNanos();
            write(file, "three\n");
            assertThat(said()).singleElement().asString().startsWith(log + " cannot be written: ");

            makeRoom(log);
            write(file, "four\n");
            now[0] += Duration.ofSeconds(1).toNanos();
            write(file, "five\n");
            write(file, "six\n");
        }

        assertThat(Files.readString(log)).isEqualTo("five\nsix\n");
        assertThat(said()).hasSize(2);
        assertThat(said().get(1)).isEqualTo(log + " is written again; lines that are missing: 4");
    }

    @Test
    void write_lineThatIsThereInPart_isEnded() throws Exception {
        Path log = Files.writeString(folder.resolve("access.log"), "one\ntw");

        try (LogFile file = new LogFile(log, () -> now[0])) {
            write(file, "three\n");
        }
        try (LogFile file = new LogFile(log, () -> now[0])) {
            write(file, "four\n");
        }

        assertThat(Files.readString(log)).isEqualTo("one\ntw\nthree\nfour\n");
        assertThat(said()).isEmpty();
    }

    @Test
    void write_folderThatCannotBe_isSaid_andMadeWhenItCan() throws Exception {
        Path blocked = Files.createFile(folder.resolve("logs"));
        Path log = blocked.resolve("access.log");
        try (LogFile file = new LogFile(log, () -> now[0])) {
            write(file, "one\n");
            assertThat(said()).singleElement().asString().startsWith(log + " cannot be written: ");

            Files.delete(blocked);
            now[0] += Duration.ofSeconds(1).toNanos();
            write(file, "two\n");
        }

        assertThat(Files.readString(log)).isEqualTo("two\n");
    }

    @Test
    void gateway_fullDisk_goesOnServing_andWritesAgain() throws Exception {
        Path log = onFullDisk();
        try (ModelServer model = ModelServer.start(ModelSettings.ofSlots(4));
                Gateway gateway = Gateway.start(new ConfigReader(name -> null)
                        .parse("listen: {port: 0}\nupstream: {url: '" + model.uri()
                                + "'}\nadmin: {enabled: false}\nlog: {file: '" + log + "'}\n"))) {
            for (int i = 0; i < 3; i++) {
                assertThat(status(gateway)).isEqualTo(200);
            }
            assertThat(said()).singleElement().asString().startsWith(log + " cannot be written: ");

            makeRoom(log);
            long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
            while (Files.size(log) == 0) {
                assertThat(System.nanoTime() - end).as("waited in vain").isNegative();
                assertThat(status(gateway)).isEqualTo(200);
            }
        }

        assertThat(Files.readString(log)).contains("path=/v1/chat/completions", "status=200");
        assertThat(said()).hasSize(2);
    }

    private static int status(Gateway gateway) throws Exception {
        HttpRequest chat = HttpRequest.newBuilder(URI.create(gateway.uri() + "/v1/chat/completions"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"messages\":[],\"max_tokens\":1}"))
                .build();
        return HttpClient.newHttpClient().send(chat, BodyHandlers.ofString()).statusCode();
    }
}
