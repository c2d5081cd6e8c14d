// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.webhook;

import com.sun.net.httpserver.HttpExchange;
import io.anteroom.admin.store.Database;
import io.anteroom.event.Notice;
import io.anteroom.webhook.NoticeSettings;
import io.anteroom.webhook.WebhookSettings;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * Kills a JVM again and again while it stores and delivers events, and asks then what has arrived: every event that was
 * accepted must have, with an id of its own. The receiver, on loopback, fails the first attempt of one event in five.
 */
final class CrashDeliveries {
    private static final String WEBHOOK = "ops";
    /** The second attempt comes after 5 s, and a lease that a dead one has left ends sooner. */
    private static final Duration STILL_FOR = Duration.ofMinutes(1);

    private final Path directory;
    private final RandomGenerator random;
    private final List<String> accepted = new ArrayList<>();
    private final Set<String> refused = ConcurrentHashMap.newKeySet();
    private final Map<String, Integer> arrived = new ConcurrentHashMap<>();

    private CrashDeliveries(Path directory, long seed) {
        this.directory = directory;
        this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    }

    /** What came of it. */
    record Result(int kills, int accepted, int arrived, int repeated, int lost, int doubled) {
        boolean isWhole() {
            return accepted > 0 && lost == 0 && doubled == 0;
        }

        @Override
        public String toString() {
            return kills + " kills, " + accepted + " events accepted, " + arrived + " arrived (" + repeated
                    + " more than once), " + lost + " lost, " + doubled + " ids given twice";
        }
    }

    /** Kills so often, lets the rest be delivered, and counts. */
    static Result run(Path directory, int kills, long seed) throws Exception {
        CrashDeliveries crash = new CrashDeliveries(directory, seed);
        try (Receiver receiver = new Receiver().answering(crash::answer)) {
            for (int i = 0; i < kills; i++) {
                crash.runAndKill(receiver.port());
            }
            crash.drain(receiver);
            return crash.count(kills);
        }
    }

    /** Fails the first attempt of one event in five; what is answered 204 has arrived. */
    private void answer(HttpExchange exchange, int number) throws IOException {
        String id = exchange.getRequestHeaders().getFirst("webhook-id");
        boolean isRefused = id.hashCode() % 5 == 0 && refused.add(id);
        if (!isRefused) {
            arrived.merge(id, 1, Integer::sum);
        }
        exchange.sendResponseHeaders(isRefused ? 503 : 204, -1);
    }

    private void runAndKill(int port) throws Exception {
        int after = random.nextInt(40);
        int laterNanos = random.nextInt(20_000_000);
        Process sender = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        Sending.class.getName(),
                        directory.toString(),
                        Integer.toString(port))
                .redirectError(ProcessBuilder.Redirect.appendTo(new File(directory.toFile(), "sender.err")))
                .start();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(sender.getInputStream(), StandardCharsets.UTF_8))) {
            String line = lines.readLine();
            for (int i = 0; line != null; i++) {
                accepted.add(line);
                if (i == after) {
                    long until = System.nanoTime() + laterNanos;
                    while (System.nanoTime() - until < 0) {
                        Thread.onSpinWait();
                    }
                    // SIGKILL: nothing of its own runs any more. By its handle, as that leaves its last words readable.
                    boolean unused = sender.toHandle().destroyForcibly();
                }
                line = lines.readLine();
            }
        }
        if (!sender.waitFor(30, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the sender cannot be killed");
        }
    }

    /** Delivers what is left, until nothing waits any more; however slow the machine is, as long as it goes on. */
    private void drain(Receiver receiver) {
        try (Database database = Database.inDirectory(directory);
                Webhooks webhooks = webhooks(database, receiver.port())) {
            int before = -1;
            long deadline = System.nanoTime();
            while (!webhooks.deliveries(WEBHOOK, Delivery.State.WAITING, Long.MAX_VALUE, 1)
                    .isEmpty()) {
                int now = arrived.size();
                if (now != before) {
                    before = now;
                    deadline = System.nanoTime() + STILL_FOR.toNanos();
                } else if (System.nanoTime() - deadline > 0) {
                    return;
                }
                LockSupport.parkNanos(20_000_000);
            }
        }
    }

    private Result count(int kills) {
        Set<String> different = new HashSet<>(accepted);
        int lost =
                (int) different.stream().filter(id -> !arrived.containsKey(id)).count();
        int repeated =
                (int) arrived.values().stream().filter(times -> times > 1).count();
        return new Result(kills, accepted.size(), arrived.size(), repeated, lost, accepted.size() - different.size());
    }

    private static Webhooks webhooks(Database database, int port) {
        NoticeSettings settings =
                NoticeSettings.DEFAULT.with(WEBHOOK, WebhookSettings.to("http://127.0.0.1:" + port + "/hook"));
        return Webhooks.builder(database, SecretBoxTest.BOX, () -> settings)
                .guard(SendGuard.of(List.of("127.0.0.1"), Set.of(port)))
                .timing(new Sender.Timing(Duration.ofSeconds(1), Duration.ofSeconds(2)), Duration.ofSeconds(3))
                .start();
    }

    /** The other JVM: accepts one event after another, and says so of each, while it delivers them. */
    static final class Sending {
        private Sending() {}

        public static void main(String[] args) {
            Database database = Database.inDirectory(Path.of(args[0]));
            Webhooks webhooks = webhooks(database, Integer.parseInt(args[1]));
            while (true) {
                Notice notice = new Notice(Notice.QUEUE_FULL, "llm", Map.of("pool", "llm"));
                System.out.println(webhooks.publish(notice, List.of(WEBHOOK)));
            }
        }
    }

    /** For the script. */
    public static void main(String[] args) throws Exception {
        int kills = Integer.parseInt(args[0]);
        long seed = Long.parseLong(args[1]);
        Path directory = Files.createTempDirectory("anteroom-crash-deliveries");
        System.out.println("seed " + seed + ", data in " + directory);
        Result result = run(directory, kills, seed);
        System.out.println("crash-deliveries: " + result);
        if (result.isWhole()) {
            try (var files = Files.list(directory)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(directory);
        }
        System.exit(result.isWhole() ? 0 : 1);
    }
}
