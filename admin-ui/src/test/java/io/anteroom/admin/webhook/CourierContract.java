// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.admin.store.Database;
import io.anteroom.admin.webhook.Delivery.State;
import io.anteroom.event.Notice;
import io.anteroom.webhook.WebhookFormat;
import io.anteroom.webhook.WebhookSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of notices, whatever the database, by a clock of the test's. */
abstract class CourierContract {
    private static final Answer OK = new Answer(204, Duration.ofMillis(7), "", "", null);
    private static final Answer BROKEN = new Answer(500, Duration.ofMillis(7), "oh no", "", null);
    private static final Notice FULL = new Notice(Notice.QUEUE_FULL, "llm", Map.of("pool", "llm", "current_size", 5));

    private final VirtualClock clock = new VirtualClock();
    private final Map<String, WebhookSettings> webhooks = new LinkedHashMap<>();
    private final List<Sender.Post> sent = new ArrayList<>();
    private final List<Notice> notices = new ArrayList<>();
    private final Deque<CompletableFuture<Answer>> held = new ArrayDeque<>();
    private Answer answer = OK;
    private boolean isHeld;
    /** Thrown by whatever sends. */
    private @Nullable Error error;

    private Database database;
    private Node node;

    /** An empty database. */
    abstract Database create() throws Exception;

    /** One server. */
    private final class Node {
        final Handover handover = new Handover(clock, 10, () -> {});
        final DeliveryLog log = new DeliveryLog(database);
        final Troubles troubles = new Troubles(database);
        final Courier courier;

        Node() {
            this(() -> webhooks, "/gw");
        }

        Node(Supplier<Map<String, WebhookSettings>> known, String source) {
            Courier.Setup setup = new Courier.Setup(
                    known,
                    new Outbox(database),
                    troubles,
                    new Secrets(database, SecretBoxTest.BOX),
                    new Verdicts(database, RandomGenerator.of("L64X128MixRandom")),
                    this::send,
                    notices::add,
                    clock,
                    source,
                    4,
                    Duration.ofMinutes(1),
                    Duration.ofDays(14));
            courier = new Courier(setup, handover, () -> {});
        }

        private CompletableFuture<Answer> send(Sender.Post post) {
            if (error != null) {
                throw error;
            }
            synchronized (sent) {
                sent.add(post);
            }
            CompletableFuture<Answer> own = new CompletableFuture<>();
            if (isHeld) {
                held.add(own);
            } else {
                own.complete(answer);
            }
            return own;
        }

        /** Sends what is due, and writes the answers down. */
        void round() {
            Duration unused = courier.round();
            Duration alsoUnused = courier.round();
            assertThat(courier.trouble()).isNull();
        }

        List<Delivery> deliveries(String webhook) {
            return log.page(webhook, null, Long.MAX_VALUE, 200);
        }

        Delivery only(String webhook) {
            List<Delivery> all = deliveries(webhook);
            assertThat(all).hasSize(1);
            Delivery found = log.find(webhook, all.get(0).id());
            assertThat(found).isNotNull();
            return found;
        }
    }

    @BeforeEach
    void open() throws Exception {
        database = create();
        node = new Node();
        webhooks.put("ops", WebhookSettings.to("https://ops.example/hook"));
    }

    @AfterEach
    void close() {
        if (database != null) {
            database.close();
        }
    }

    @Test
    void notice_wantedByTwo_isSentToBothOnceWithOneId() {
        webhooks.put("gf", WebhookSettings.to("https://gf.example/").withFormat(WebhookFormat.GATEFLOW));
        webhooks.put("nodes", WebhookSettings.to("https://nodes.example/").withEvents("node.*"));

        node.handover.take(FULL);
        node.round();
        clock.pass(Duration.ofHours(1));
        node.round();

        assertThat(sent).hasSize(2);
        assertThat(sent.get(0).id()).matches("msg_.{26}").isEqualTo(sent.get(1).id());
        assertThat(sent.stream().map(post -> post.url().getHost()))
                .containsExactlyInAnyOrder("ops.example", "gf.example");
        assertThat(sent.stream().map(post -> post.payload().body()))
                .anyMatch(body -> body.startsWith("{\"type\":\"queue.full\",\"timestamp\":\"2026-11-21T09:00:00Z\""))
                .anyMatch(body -> body.startsWith("{\"event\":\"queue.full\""));
        Delivery delivery = node.only("ops");
        assertThat(delivery.state()).isEqualTo(State.DELIVERED);
        assertThat(delivery.due()).isNull();
        assertThat(delivery.attempts())
                .containsExactly(new Delivery.Attempt(Instant.parse("2026-11-21T09:00:00Z"), 7, 204, "", ""));
    }

    @Test
    void failing_isTriedAfterTheStandardPauses_thenGivenUp() {
        answer = BROKEN;
        node.handover.take(FULL);
        node.round();
        List<Duration> pauses = new ArrayList<>();

        for (int i = 0; i < 6; i++) {
            int before = sent.size();
            Instant due = node.only("ops").due();
            assertThat(due).isNotNull();
            Duration pause = Duration.between(clock.instant(), due);
            pauses.add(pause);
            clock.pass(pause.minusMillis(1));
            node.round();
            assertThat(sent).as("before it is due").hasSize(before);
            clock.pass(Duration.ofMillis(1));
            node.round();
            assertThat(sent).hasSize(before + 1);
        }

        long[] seconds = {5, 300, 1800, 7200, 18_000, 36_000};
        for (int i = 0; i < seconds.length; i++) {
            assertThat(pauses.get(i)).isBetween(Duration.ofSeconds(seconds[i]), Duration.ofMillis(seconds[i] * 1100));
        }
        Delivery delivery = node.only("ops");
        assertThat(delivery.state()).isEqualTo(State.FAILED);
        assertThat(delivery.remark()).isEqualTo("status 500, the last of 7 attempts");
        assertThat(delivery.attempts())
                .hasSize(7)
                .allMatch(attempt -> attempt.snippet().equals("oh no"));
        assertThat(sent.stream().map(Sender.Post::id).distinct()).hasSize(1);
        assertThat(sent.stream().map(Sender.Post::at).distinct()).hasSize(7);
    }

    /** More of them than may be under way at a time: what failed takes nobody's turn. */
    @Test
    void sendingThrowsAnError_isAnAttemptThatFailed_andIsMadeAgain() {
        error = new OutOfMemoryError("unable to create native thread");
        for (int i = 0; i < 6; i++) {
            node.handover.take(new Notice(Notice.NODE_LEFT, "n" + i, Map.of()));
        }
        for (int i = 0; i < 3; i++) {
            node.round();
        }
        assertThat(node.deliveries("ops")).hasSize(6).allMatch(one -> one.state() == State.WAITING);
        assertThat(node.log.find("ops", node.deliveries("ops").get(0).id()).attempts())
                .singleElement()
                .matches(attempt -> attempt.error().equals("it could not be sent from here; the log says why"));

        error = null;
        clock.pass(Duration.ofSeconds(6));
        for (int i = 0; i < 3; i++) {
            node.round();
        }

        assertThat(sent).hasSize(6);
        assertThat(node.deliveries("ops")).allMatch(one -> one.state() == State.DELIVERED);
    }

    @Test
    void roundMeetsAnError_goesOnWithTheNext() {
        AtomicInteger asked = new AtomicInteger();
        Node other = new Node(
                () -> {
                    if (asked.incrementAndGet() == 1) {
                        throw new OutOfMemoryError("Java heap space");
                    }
                    return webhooks;
                },
                "/gw");
        other.handover.take(FULL);

        assertThat(other.courier.round()).isPositive();
        assertThat(other.courier.trouble()).isEqualTo("Java heap space");
        other.round();

        assertThat(sent).hasSize(1);
    }

    @Test
    void failing_retryAfter_isHonouredWithinBounds() {
        answer = new Answer(503, Duration.ZERO, "", "", Duration.ofMinutes(10));
        node.handover.take(FULL);
        node.round();

        assertThat(node.only("ops").due())
                .isBetween(clock.instant().plusSeconds(600), clock.instant().plusSeconds(660));

        answer = new Answer(429, Duration.ZERO, "", "", Duration.ofDays(365));
        clock.pass(Duration.ofMinutes(11));
        node.round();

        assertThat(node.only("ops").due())
                .isBetween(
                        clock.instant().plus(Duration.ofHours(10)),
                        clock.instant().plus(Duration.ofHours(11)));
    }

    @Test
    void gone_switchesOff_untilSwitchedOn() {
        answer = new Answer(410, Duration.ZERO, "", "", null);
        node.handover.take(FULL);
        node.round();

        assertThat(node.only("ops").state()).isEqualTo(State.FAILED);
        assertThat(notices).hasSize(1);
        assertThat(notices.get(0).type()).isEqualTo(Notice.WEBHOOK_DISABLED);
        assertThat(notices.get(0).facts()).containsEntry("reason", "it answered 410, nothing more is wanted");
        answer = OK;
        node.handover.take(FULL);
        node.round();
        assertThat(sent).hasSize(1);

        assertThat(node.troubles.forget("ops")).isTrue();
        node.handover.take(FULL);
        node.round();
        assertThat(sent).hasSize(2);
    }

    /** Fails an event every ten hours until the time has passed. */
    private void failFor(Duration time) {
        answer = BROKEN;
        Duration left = time;
        while (!left.isZero()) {
            node.handover.take(FULL);
            node.round();
            Duration step = left.compareTo(RetrySchedule.LONGEST) < 0 ? left : RetrySchedule.LONGEST;
            clock.pass(step);
            left = left.minus(step);
        }
        node.handover.take(FULL);
        node.round();
    }

    @Test
    void failingForFiveDays_isSwitchedOff_oneSuccessBegins() {
        Duration almost = Verdicts.PATIENCE.minusMinutes(1);
        failFor(almost);
        answer = OK;
        clock.pass(Duration.ofSeconds(1));
        node.handover.take(FULL);
        node.round();
        assertThat(node.troubles.all()).isEmpty();
        webhooks.remove("ops");
        clock.pass(Duration.ofMinutes(2));
        node.round();
        webhooks.put("ops", WebhookSettings.to("https://ops.example/hook"));
        failFor(almost);
        assertThat(notices).isEmpty();

        failFor(Duration.ofMinutes(2));

        assertThat(notices).hasSize(1);
        assertThat(node.troubles.all().get("ops").off()).isEqualTo(clock.instant());
        assertThat(node.troubles.all().get("ops").reason())
                .isEqualTo("it has failed for 5 days, at last with: status 500");
    }

    @Test
    void failures_longApart_doNotAddUp() {
        answer = BROKEN;
        node.handover.take(FULL);
        for (int hours = 0; hours < 24; hours++) {
            node.round();
            clock.pass(Duration.ofHours(1));
        }
        assertThat(node.only("ops").state()).isEqualTo(State.FAILED);
        Instant since = node.troubles.all().get("ops").failingSince();

        clock.pass(Verdicts.PATIENCE);
        node.handover.take(FULL);
        node.round();

        assertThat(notices).isEmpty();
        assertThat(node.troubles.all().get("ops").failingSince()).isAfter(since).isEqualTo(clock.instant());
    }

    @Test
    void test_failed_isSeenButCountsForNothing() {
        answer = BROKEN;
        for (int tries = 0; tries < 20; tries++) {
            node.handover.take(new Notice(Notice.WEBHOOK_TEST, "ops", Map.of()));
            node.round();
            assertThat(node.troubles.all().get("ops").reason()).isEqualTo("status 500");
            clock.pass(RetrySchedule.LONGEST);
        }
        node.handover.take(FULL);
        node.round();

        assertThat(notices).isEmpty();
        assertThat(node.troubles.all().get("ops").failingSince()).isEqualTo(clock.instant());
    }

    @Test
    void removedAndMadeAgain_beginsAnew() {
        Secrets secrets = new Secrets(database, SecretBoxTest.BOX);
        String former = secrets.begin("ops", clock.instant());
        webhooks.put("other", WebhookSettings.to("https://other.example/").withEvents("node.*"));
        answer = new Answer(410, Duration.ZERO, "", "", null);
        node.handover.take(FULL);
        node.round();
        assertThat(node.troubles.all().get("ops").off()).isNotNull();
        clock.pass(Duration.ofMinutes(2));

        WebhookSettings ops = webhooks.remove("ops");
        node.round();

        assertThat(node.troubles.all()).isEmpty();
        assertThat(secrets.all()).isEmpty();
        webhooks.put("ops", ops);
        answer = OK;
        node.handover.take(FULL);
        node.round();
        assertThat(node.deliveries("ops").get(0).state()).isEqualTo(State.DELIVERED);
        assertThat(secrets.signing("ops", clock.instant()).stream().map(SigningSecret::text))
                .hasSize(1)
                .doesNotContain(former);
    }

    @Test
    void removedAndMadeAgain_getsNothingOfWhatWaitedForTheFormer() {
        answer = BROKEN;
        node.handover.take(FULL);
        node.round();
        isHeld = true;
        node.handover.take(FULL);
        node.round();
        webhooks.clear();
        node.round();

        isHeld = false;
        webhooks.put("ops", WebhookSettings.to("https://elsewhere.example/"));
        held.remove().complete(BROKEN);
        clock.pass(Duration.ofHours(1));
        node.round();

        assertThat(sent).hasSize(2);
        assertThat(node.deliveries("ops")).hasSize(2).allMatch(one -> one.state() == State.FAILED);
        assertThat(node.troubles.all()).isEmpty();
    }

    @Test
    void answerOfTheFormerUrl_isNoneOfTheNext() {
        isHeld = true;
        node.handover.take(FULL);
        node.round();
        webhooks.put("ops", WebhookSettings.to("https://elsewhere.example/"));
        held.remove().complete(new Answer(410, Duration.ZERO, "", "", null));
        node.round();

        assertThat(notices).isEmpty();
        assertThat(node.only("ops").attempts()).hasSize(1);
    }

    @Test
    void lastOneRemoved_isForgottenToo() {
        answer = BROKEN;
        node.handover.take(FULL);
        node.round();
        clock.pass(Duration.ofMinutes(2));

        webhooks.clear();
        node.round();

        assertThat(node.troubles.all()).isEmpty();
        assertThat(new Secrets(database, SecretBoxTest.BOX).all()).isEmpty();
    }

    @Test
    void secret_madeAtTheMomentOfTheRemoval_isThatOfTheNext() {
        Secrets secrets = new Secrets(database, SecretBoxTest.BOX);
        node.round();
        webhooks.remove("ops");
        String next = secrets.begin("ops", clock.instant());

        node.round();

        assertThat(secrets.signing("ops", clock.instant()).stream().map(SigningSecret::text))
                .containsExactly(next);
    }

    @Test
    void removedWhileNobodyLooked_isForgottenWithinAnHour_otherServersMayKnowIt() {
        Secrets secrets = new Secrets(database, SecretBoxTest.BOX);
        String unused = secrets.begin("gone", clock.instant());
        database.inTransaction("failing", handle -> Troubles.failed(handle, "gone", clock.instant(), "status 500"));
        clock.pass(Duration.ofDays(2));
        node.round();
        clock.pass(Duration.ofMinutes(59));
        node.round();
        assertThat(secrets.all()).contains("gone");
        assertThat(node.troubles.all()).containsKey("gone");

        clock.pass(Duration.ofMinutes(1));
        node.round();

        assertThat(secrets.all()).doesNotContain("gone");
        assertThat(node.troubles.all()).isEmpty();
    }

    @Test
    void urlChanged_endsTheTrouble() {
        answer = new Answer(410, Duration.ZERO, "", "", null);
        node.handover.take(FULL);
        node.round();
        assertThat(node.troubles.all().get("ops").off()).isNotNull();

        webhooks.put("ops", webhooks.get("ops").withEvents("queue.*"));
        node.round();
        assertThat(node.troubles.all().get("ops").off()).isNotNull();
        webhooks.put("ops", WebhookSettings.to("https://elsewhere.example/hook"));
        node.round();

        assertThat(node.troubles.all()).isEmpty();
    }

    @Test
    void source_ofAnEvent_isTheSameWhoeverSendsIt() {
        webhooks.put("ops", webhooks.get("ops").withFormat(WebhookFormat.CLOUDEVENTS));
        answer = BROKEN;
        node.handover.take(FULL);
        node.round();
        clock.pass(Duration.ofMinutes(1));

        new Node(() -> webhooks, "/other").round();

        assertThat(sent).hasSize(2);
        assertThat(sent.get(0).payload().body()).contains("\"source\":\"/gw\"");
        assertThat(sent.get(1).payload().body()).isEqualTo(sent.get(0).payload().body());
    }

    @Test
    void again_resendsWithTheSameId_recoverOnlyWhatFailedSince() {
        answer = BROKEN;
        Notice test = new Notice(Notice.WEBHOOK_TEST, "ops", Map.of());
        node.handover.take(test);
        node.round();
        clock.pass(Duration.ofHours(1));
        Instant since = clock.instant();
        node.handover.take(test);
        node.round();
        answer = OK;
        node.handover.take(FULL);
        node.round();
        List<Delivery> all = node.deliveries("ops");
        assertThat(all.stream().map(Delivery::state)).containsExactly(State.DELIVERED, State.FAILED, State.FAILED);

        assertThat(node.log.recover("ops", since, clock.instant())).isEqualTo(1);
        node.round();

        assertThat(node.deliveries("ops").stream().map(Delivery::state))
                .containsExactly(State.DELIVERED, State.DELIVERED, State.FAILED);
        assertThat(node.log.again("ops", all.get(0).id(), clock.instant())).isTrue();
        assertThat(node.log.again("others", all.get(0).id(), clock.instant())).isFalse();
        node.round();
        assertThat(sent.get(sent.size() - 1).id()).isEqualTo(all.get(0).event().id());
        assertThat(node.log.page("ops", State.FAILED, Long.MAX_VALUE, 200)).hasSize(1);
        assertThat(node.log.page("ops", null, all.get(0).id(), 1))
                .extracting(Delivery::id)
                .containsExactly(all.get(1).id());
    }

    @Test
    void attempts_ofOneDelivery_areKeptUpToFifty() {
        answer = BROKEN;
        node.handover.take(new Notice(Notice.WEBHOOK_TEST, "ops", Map.of()));
        node.round();
        for (int i = 0; i < 60; i++) {
            assertThat(node.log.again("ops", node.deliveries("ops").get(0).id(), clock.instant()))
                    .isTrue();
            node.round();
        }

        assertThat(node.only("ops").attempts()).hasSize(50);
    }

    @Test
    void perWebhook_fourAtOnce_andOneThatHangsHoldsUpNoOther() {
        webhooks.put("other", WebhookSettings.to("https://other.example/").withEvents("node.*"));
        isHeld = true;
        for (int i = 0; i < 8; i++) {
            node.handover.take(FULL);
        }
        node.round();
        assertThat(sent).hasSize(4);

        isHeld = false;
        node.handover.take(new Notice(Notice.NODE_LEFT, "n2", Map.of()));
        node.round();
        assertThat(sent).hasSize(5);
        assertThat(node.only("other").state()).isEqualTo(State.DELIVERED);

        held.forEach(one -> one.complete(OK));
        for (int i = 0; i < 4; i++) {
            node.round();
        }
        assertThat(sent).hasSize(10);
        assertThat(node.deliveries("ops")).allMatch(delivery -> delivery.state() == State.DELIVERED);
    }

    @Test
    void server_dies_anotherDeliversWhenTheLeaseIsOver() {
        isHeld = true;
        node.handover.take(FULL);
        node.round();
        isHeld = false;
        Node other = new Node();
        other.round();
        assertThat(sent).hasSize(1);

        clock.pass(Duration.ofSeconds(61));
        other.round();

        assertThat(sent).hasSize(2);
        assertThat(sent.get(0).id()).isEqualTo(sent.get(1).id());
        assertThat(other.only("ops").state()).isEqualTo(State.DELIVERED);
        // The first is not dead after all: its late failure changes nothing.
        held.remove().complete(BROKEN);
        node.round();
        assertThat(other.only("ops").state()).isEqualTo(State.DELIVERED);
        assertThat(other.only("ops").attempts()).hasSize(2);
    }

    @Test
    void servers_fourAtOnce_deliverEachOnce() throws Exception {
        List<Node> nodes = List.of(node, new Node(), new Node(), new Node());
        List<Outbox.Addressed> events = new ArrayList<>();
        for (int i = 0; i < 80; i++) {
            WebhookEvent event = new WebhookEvent("msg_" + i, Notice.QUEUE_FULL, "llm", clock.instant(), "/gw", "{}");
            events.add(new Outbox.Addressed(event, List.of("ops")));
        }
        new Outbox(database).append(events);
        ExecutorService threads = Executors.newFixedThreadPool(nodes.size());
        try {
            AtomicInteger idle = new AtomicInteger();
            List<Future<?>> all = new ArrayList<>();
            for (Node one : nodes) {
                all.add(threads.submit(() -> {
                    for (int i = 0; i < 200 && sent.size() < 80; i++) {
                        idle.addAndGet((int) one.courier.round().toMillis());
                    }
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        } finally {
            threads.shutdownNow();
        }
        for (Node one : nodes) {
            one.round();
            assertThat(one.courier.trouble()).isNull();
        }

        assertThat(sent.stream().map(Sender.Post::id).distinct()).hasSize(80);
        assertThat(sent).hasSize(80);
        assertThat(node.deliveries("ops")).allMatch(delivery -> delivery.state() == State.DELIVERED);
    }

    @Test
    void removedOrLongOff_isGivenUp_andOldIsForgotten() {
        webhooks.put("off", WebhookSettings.to("https://off.example/"));
        answer = BROKEN;
        node.handover.take(FULL);
        node.round();
        webhooks.put("off", webhooks.get("off").withEnabled(false));
        webhooks.remove("ops");
        clock.pass(Duration.ofMinutes(2));
        node.round();
        assertThat(node.only("ops").remark()).isEqualTo("the webhook was removed");
        assertThat(node.only("off").state()).isEqualTo(State.WAITING);
        assertThat(sent).hasSize(2);

        clock.pass(Duration.ofDays(1));
        node.round();
        assertThat(node.only("off").remark()).isEqualTo("the webhook was switched off");

        clock.pass(Duration.ofDays(14));
        node.round();
        assertThat(node.deliveries("off")).isEmpty();
    }

    @Test
    void forget_tooMany_theOldestGo() {
        Outbox outbox = new Outbox(database);
        for (int i = 0; i < 10; i++) {
            clock.pass(Duration.ofSeconds(1));
            WebhookEvent event = new WebhookEvent("msg_" + i, Notice.QUEUE_FULL, "llm", clock.instant(), "/gw", "{}");
            outbox.append(List.of(new Outbox.Addressed(event, List.of("ops"))));
        }

        assertThat(outbox.forget(Instant.EPOCH, 4)).isEqualTo(6);

        assertThat(node.deliveries("ops").stream()
                        .map(delivery -> delivery.event().id()))
                .containsExactly("msg_9", "msg_8", "msg_7", "msg_6");
    }

    @Test
    void secret_isToldOnce_andRotatedWithOverlap() {
        Secrets secrets = new Secrets(database, SecretBoxTest.BOX);
        List<SigningSecret> first = secrets.signing("ops", clock.instant());

        String told = secrets.reveal("ops", clock.instant());

        assertThat(told).startsWith("whsec_").isEqualTo(first.get(0).text());
        assertThat(secrets.reveal("ops", clock.instant())).isNull();
        String rotated = secrets.rotate("ops", clock.instant());
        assertThat(rotated).isNotEqualTo(told);
        assertThat(secrets.reveal("ops", clock.instant())).isNull();
        assertThat(secrets.signing("ops", clock.instant()).stream().map(SigningSecret::text))
                .containsExactly(rotated, told);
        clock.pass(Secrets.OVERLAP);
        assertThat(secrets.signing("ops", clock.instant()).stream().map(SigningSecret::text))
                .containsExactly(rotated);
        String stored = database.inTransaction(
                "looking",
                handle -> handle.createQuery("select secret || former from webhook_secret")
                        .mapTo(String.class)
                        .one());
        assertThat(stored)
                .doesNotContain("whsec")
                .doesNotContain(rotated.substring(6))
                .doesNotContain(told.substring(6));
    }

    @Test
    void secret_ofAnotherKey_failsTheDeliveryAndSaysWhy() {
        SecretBox other = SecretBox.of("A".repeat(44), "test").keyId().equals(SecretBoxTest.BOX.keyId())
                ? SecretBox.of("B".repeat(43) + "=", "test")
                : SecretBox.of("A".repeat(44), "test");
        String unused = new Secrets(database, other).rotate("ops", clock.instant());

        node.handover.take(FULL);
        node.round();

        assertThat(sent).isEmpty();
        assertThat(node.only("ops").remark())
                .contains("the signing secret of ops was stored with the key " + other.keyId());
    }
}
