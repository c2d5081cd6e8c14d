// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.anteroom.event.Notice;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What docs/webhooks.md shows is run. */
final class WebhooksDocTest {
    private static final Path DOC = Path.of("../docs/webhooks.md");
    private static final String BODY = "{\"type\":\"queue.full\"}";

    @TempDir
    private Path directory;

    private final SigningSecret secret = SigningSecret.random(new SecureRandom());
    private final SigningSecret other = SigningSecret.random(new SecureRandom());

    private static String snippet(String name) throws IOException {
        Matcher matcher = Pattern.compile("<!-- " + name + ": .*?```\\w+\\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(DOC));
        assertThat(matcher.find()).as(name).isTrue();
        return matcher.group(1);
    }

    private static String signatures(SigningSecret first, SigningSecret second, Instant at) {
        return SigningSecret.signatures(List.of(first, second), "msg_1", at, BODY);
    }

    @Test
    void python_verifies() throws Exception {
        verifies("python3", "verify.py", snippet("verify.py") + """

                headers = {"webhook-id": "msg_1", "webhook-timestamp": sys.argv[3], "webhook-signature": sys.argv[4]}
                print(verify(sys.argv[2], headers, sys.argv[5].encode()))
                """);
    }

    @Test
    void node_verifies() throws Exception {
        verifies("node", "verify.js", snippet("verify.js") + """

                const [, , , secret, at, signatures, body] = process.argv;
                console.log(verify(secret, {'webhook-id': 'msg_1', 'webhook-timestamp': at, 'webhook-signature': signatures}, body));
                """);
    }

    @Test
    void java_verifies() throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        verifies(java, "Verify.java", "class Verify {\n" + snippet("Verify.java") + """

                public static void main(String[] args) throws Exception {
                    System.out.println(verify(args[1], "msg_1", args[2], args[3], args[4].getBytes()));
                }
                }
                """);
    }

    private void verifies(String program, String name, String text) throws Exception {
        Path file = Files.writeString(directory.resolve(name), text);
        Instant now = Instant.now();

        assertThat(run(program, file, now, signatures(other, secret, now), BODY))
                .isEqualTo("true");
        assertThat(run(program, file, now, signatures(secret, other, now), BODY + " "))
                .isEqualTo("false");
        assertThat(run(program, file, now, signatures(other, other, now), BODY)).isEqualTo("false");
        Instant old = now.minusSeconds(400);
        assertThat(run(program, file, old, signatures(secret, other, old), BODY))
                .isEqualTo("false");
    }

    private String run(String program, Path file, Instant at, String signatures, String body) throws Exception {
        Process process;
        try {
            process = new ProcessBuilder(
                            program,
                            file.toString(),
                            "-",
                            secret.text(),
                            Long.toString(at.getEpochSecond()),
                            signatures,
                            body)
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            assumeTrue(false, program + " is not installed: its example in docs/webhooks.md did not run");
            throw e;
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return output.strip().toLowerCase(Locale.ROOT);
    }

    @Test
    void examples_areJsonOfKnownTypes() throws Exception {
        Matcher matcher = Pattern.compile("```json\\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(DOC));
        List<String> types = new ArrayList<>();
        while (matcher.find()) {
            try (MappingIterator<JsonNode> documents =
                    new ObjectMapper().readerFor(JsonNode.class).readValues(matcher.group(1))) {
                documents.forEachRemaining(document -> types.add(
                        document.path("type").asText(document.path("event").asText())));
            }
        }

        assertThat(types).hasSize(7);
        assertThat(types).allMatch(type -> Notice.TYPES.contains(type.replaceFirst("^io\\.anteroom\\.", "")));
    }

    @Test
    void events_inTheTable_areAll() throws Exception {
        String doc = Files.readString(DOC);

        assertThat(Notice.TYPES).allMatch(type -> doc.contains("`" + type + "`"));
    }
}
