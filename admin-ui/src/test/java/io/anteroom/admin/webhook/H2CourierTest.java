// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.anteroom.admin.store.Database;
import io.anteroom.event.Notice;
import io.anteroom.settings.StoreException;
import io.anteroom.webhook.WebhookSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class H2CourierTest extends CourierContract {
    @TempDir
    private Path directory;

    @Override
    Database create() {
        return Database.inDirectory(directory);
    }

    @Test
    void database_down_newestNoticesAreKeptAndSentLater() throws Exception {
        // A file where the directory should be: the database cannot be opened until it is gone.
        Path place = directory.resolve("later");
        Files.writeString(place, "in the way");
        VirtualClock clock = new VirtualClock();
        Handover handover = new Handover(clock, 10, () -> {});
        List<Sender.Post> sent = new ArrayList<>();
        try (Database later = Database.inDirectory(place)) {
            Courier courier = courier(later, clock, handover, sent);

            for (int i = 0; i < 25; i++) {
                handover.take(new Notice(Notice.QUEUE_FULL, "llm", Map.of("number", i)));
                Duration unused = courier.round();
            }

            assertThat(courier.trouble()).contains("later");
            assertThat(handover.dropped()).isEqualTo(15);
            Files.delete(place);
            for (int i = 0; i < 6; i++) {
                Duration unused = courier.round();
            }
            assertThat(courier.trouble()).isNull();
            assertThat(sent).hasSize(10);
            assertThat(sent.get(0).payload().body()).contains("\"number\":15");
        }
    }

    @Test
    void removalSeenWhileTheDatabaseWasDown_leavesTheSecretOfTheNext() throws Exception {
        Path place = directory.resolve("later");
        Files.writeString(place, "in the way");
        VirtualClock clock = new VirtualClock();
        Map<String, WebhookSettings> known = Map.of("ops", WebhookSettings.to("https://ops.example/"));
        try (Database later = Database.inDirectory(place)) {
            Secrets secrets = new Secrets(later, SecretBoxTest.BOX);
            Gone gone = new Gone(new Troubles(later), secrets, new Outbox(later));
            gone.look(known, clock.instant());
            assertThatThrownBy(() -> gone.look(Map.of(), clock.instant())).isInstanceOf(StoreException.class);
            Files.delete(place);
            clock.pass(Duration.ofSeconds(10));
            String next = secrets.begin("ops", clock.instant());
            clock.pass(Duration.ofMinutes(5));

            gone.look(known, clock.instant());

            assertThat(secrets.signing("ops", clock.instant()).stream().map(SigningSecret::text))
                    .containsExactly(next);
        }
    }

    private static Courier courier(Database database, VirtualClock clock, Handover handover, List<Sender.Post> sent) {
        return new Courier(
                new Courier.Setup(
                        () -> Map.of("ops", WebhookSettings.to("https://ops.example/")),
                        new Outbox(database),
                        new Troubles(database),
                        new Secrets(database, SecretBoxTest.BOX),
                        new Verdicts(database, RandomGenerator.getDefault()),
                        post -> {
                            sent.add(post);
                            return CompletableFuture.completedFuture(new Answer(200, Duration.ZERO, "", "", null));
                        },
                        notice -> {},
                        clock,
                        "/gw",
                        4,
                        Duration.ofMinutes(1),
                        Duration.ofDays(14)),
                handover,
                () -> {});
    }
}
