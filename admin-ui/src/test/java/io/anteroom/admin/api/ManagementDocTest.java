// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.admin.AdminServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Holds the table in docs/management.md to the one in the code; {@code -Dgolden.update=true} writes it. */
final class ManagementDocTest {
    private static final String HEAD = "| route | role | area | |\n| --- | --- | --- | --- |\n";

    private static Path document() {
        Path directory = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(directory.resolve(".mvn"))) {
            directory = Objects.requireNonNull(directory.getParent(), "no directory above holds .mvn");
        }
        return directory.resolve("docs/management.md");
    }

    private static String table(List<Route> routes) {
        return routes.stream()
                .map(route -> "| `" + route.method() + " " + route.path().substring(1) + "` | "
                        + (route.role() == null ? "anybody" : route.role().word())
                        + (route.needsFresh() ? ", password again" : "") + " | " + route.area() + " | "
                        + route.summary() + " |\n")
                .collect(Collectors.joining());
    }

    @Test
    void table_ofTheDocument_isThatOfTheCode() throws Exception {
        try (AdminServer server = new AdminServer.Plan().start()) {
            String text = Files.readString(document());
            int begin = text.indexOf(HEAD) + HEAD.length();
            int end = text.indexOf("## In an application", begin);
            String expected = table(server.admin().routes().all());
            if (Boolean.getBoolean("golden.update")) {
                Files.writeString(document(), text.substring(0, begin) + expected + "\n" + text.substring(end));
                return;
            }

            assertThat(text.substring(begin, end).strip()).isEqualTo(expected.strip());
        }
    }
}
