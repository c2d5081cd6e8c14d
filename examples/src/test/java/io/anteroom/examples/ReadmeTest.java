// SPDX-License-Identifier: Apache-2.0
package io.anteroom.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.catalina.startup.Tomcat;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the README shows is what runs here: each snippet is compared with the source, and the source is run. */
class ReadmeTest {
    private static final Path SOURCES = Path.of("src/test/java/io/anteroom/examples");
    private static final Path WEBAPP = Path.of("src/test/webapp");

    @TempDir
    Path folder;

    @AfterEach
    void openGate() {
        HelloServlet.gate.countDown();
    }

    @Test
    void jettySnippet_isTheOneThatRuns() throws Exception {
        assertInReadme(SOURCES.resolve("JettyExample.java"), "jetty");
        Server server = JettyExample.server();
        server.start();
        try {
            assertNinthWaits(((ServerConnector) server.getConnectors()[0]).getLocalPort());
        } finally {
            HelloServlet.gate.countDown();
            server.stop();
        }
    }

    @Test
    void tomcatSnippet_isTheOneThatRuns() throws Exception {
        assertInReadme(SOURCES.resolve("TomcatExample.java"), "tomcat");
        assertNinthWaits(TomcatExample.byProgram(folder));
    }

    @Test
    void webXmlSnippet_isTheOneThatRuns() throws Exception {
        assertInReadme(WEBAPP.resolve("WEB-INF/web.xml"), "webxml");
        assertNinthWaits(TomcatExample.byWebXml(folder, WEBAPP));
    }

    private static void assertInReadme(Path source, String tag) throws IOException {
        String readme = Files.readString(Path.of("../README.md"));
        assertThat(readme).as("the README's " + tag + " snippet").contains(region(source, tag));
    }

    /** The lines between the tags, with the indentation of the first one taken off all of them. */
    private static String region(Path source, String tag) throws IOException {
        List<String> lines = Files.readAllLines(source);
        int from = indexOf(lines, "tag::" + tag) + 1;
        int to = indexOf(lines, "end::" + tag);
        String first = lines.get(from);
        int indent = first.length() - first.stripLeading().length();
        List<String> region = new ArrayList<>();
        for (String line : lines.subList(from, to)) {
            region.add(line.substring(Math.min(indent, line.length())));
        }
        return String.join("\n", region);
    }

    private static int indexOf(List<String> lines, String text) {
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).contains(text)) {
                return i;
            }
        }
        throw new AssertionError("no line with " + text);
    }

    private static void assertNinthWaits(Tomcat tomcat) throws Exception {
        tomcat.start();
        try {
            assertNinthWaits(tomcat.getConnector().getLocalPort());
        } finally {
            HelloServlet.gate.countDown();
            tomcat.stop();
            tomcat.destroy();
        }
    }

    /**
     * Eight run; the ninth waits, and says so in its answer; who would rather not wait gets a ticket that can be looked
     * at; a path without the prefix knows no queue.
     */
    private static void assertNinthWaits(int port) throws Exception {
        HelloServlet.gate = new CountDownLatch(1);
        HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(10))
                .build();
        List<CompletableFuture<HttpResponse<String>>> first = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            first.add(client.sendAsync(hold(port).build(), HttpResponse.BodyHandlers.ofString()));
        }
        awaitPool(client, port, "\"running\":8");
        CompletableFuture<HttpResponse<String>> ninth =
                client.sendAsync(hold(port).build(), HttpResponse.BodyHandlers.ofString());
        awaitPool(client, port, "\"current_size\":1");
        assertTicket(client, port);
        assertThat(get(client, port, "/free").body()).isEqualTo("hello");

        HelloServlet.gate.countDown();

        for (CompletableFuture<HttpResponse<String>> answer : first) {
            assertServed(answer.get(30, TimeUnit.SECONDS), "false");
        }
        assertServed(ninth.get(30, TimeUnit.SECONDS), "true");
    }

    private static void assertServed(HttpResponse<String> response, String wasQueued) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(response.body()).isEqualTo("hello");
        assertThat(response.headers().firstValue("Queue-Request-Id")).isPresent();
        assertThat(response.headers().firstValue("Queue-Was-Queued")).contains(wasQueued);
    }

    private static void assertTicket(HttpClient client, int port) throws Exception {
        HttpResponse<String> given =
                client.send(hold(port).header("Prefer", "respond-async").build(), HttpResponse.BodyHandlers.ofString());
        String location = given.headers().firstValue("Location").orElseThrow();
        HttpResponse<String> seen = get(client, port, location);
        HttpResponse<String> gone =
                client.send(request(port, location).DELETE().build(), HttpResponse.BodyHandlers.ofString());

        assertThat(given.statusCode()).isEqualTo(202);
        assertThat(seen.body()).contains("\"object\":\"queue.ticket\"", "\"status\":\"queued\"");
        assertThat(gone.statusCode()).isEqualTo(204);
    }

    private static void awaitPool(HttpClient client, int port, String figure) throws Exception {
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        String status = get(client, port, "/queue/status").body();
        while (!status.contains(figure)) {
            assertThat(System.nanoTime() - end).as(status).isNegative();
            LockSupport.parkNanos(10_000_000);
            status = get(client, port, "/queue/status").body();
        }
    }

    private static HttpResponse<String> get(HttpClient client, int port, String path) throws Exception {
        return client.send(request(port, path).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpRequest.Builder hold(int port) {
        return request(port, "/v1/chat?hold");
    }

    private static HttpRequest.Builder request(int port, String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(30));
    }
}
