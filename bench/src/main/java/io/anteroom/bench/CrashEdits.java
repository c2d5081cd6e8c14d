// SPDX-License-Identifier: Apache-2.0
package io.anteroom.bench;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.anteroom.admin.store.Database;
import io.anteroom.admin.store.JdbcSettingsStore;
import io.anteroom.settings.Revision;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** Kills a JVM again and again while it edits settings and sends webhooks, and looks what it has left behind. */
final class CrashEdits {
    private static final long LONGEST_LIFE_MILLIS = 1500;
    private static final long DELIVERED_WITHIN_NANOS = 120_000_000_000L;

    private final Random random = new Random(11);
    private final Set<String> accepted = new TreeSet<>();
    private final Set<String> received = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService killer = Executors.newSingleThreadScheduledExecutor();
    private final Path directory;
    private final String url;
    private long acknowledged;
    private long edits;
    private int lost;
    private int torn;
    private int twice;

    private CrashEdits(Path directory, String url) {
        this.directory = directory;
        this.url = url;
    }

    /** Prints the figures; exit status 1 if anything is lost. */
    public static void main(String[] args) throws IOException, InterruptedException {
        int rounds = List.of(args).contains("--quick") ? 8 : 200;
        Path directory = Files.createTempDirectory("crash-edits");
        HttpServer receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
        CrashEdits run = new CrashEdits(
                directory, "http://127.0.0.1:" + receiver.getAddress().getPort() + "/");
        receiver.createContext("/", run::receive);
        receiver.start();
        for (int round = 0; round < rounds; round++) {
            run.round();
            if ((round + 1) % 20 == 0) {
                System.out.printf("  %d kills, revision %d%n", round + 1, run.acknowledged);
            }
        }
        int missing = run.deliverTheRest();
        receiver.stop(0);
        run.killer.shutdownNow();
        delete(directory);
        boolean holds = run.lost == 0 && run.torn == 0 && run.twice == 0 && missing == 0 && run.edits > 0;
        System.out.printf(
                Locale.ROOT,
                "crash-edits: %d kills during %,d acknowledged edits: %d lost, %d not whole; of %,d accepted events %d not"
                        + " delivered, %d ids twice: %s%n",
                rounds,
                run.edits,
                run.lost,
                run.torn,
                run.accepted.size(),
                missing,
                run.twice,
                holds ? "holds" : "falls short");
        System.exit(holds ? 0 : 1);
    }

    private void receive(HttpExchange exchange) throws IOException {
        try (exchange) {
            long unused = exchange.getRequestBody().readAllBytes().length;
            received.add(String.valueOf(exchange.getRequestHeaders().getFirst("webhook-id")));
            exchange.sendResponseHeaders(204, -1);
        }
    }

    /** Some are killed while they start, the first also while it makes the database. */
    private void round() throws IOException, InterruptedException {
        long before = acknowledged;
        try (Child child = Child.start(CrashEditor.class, directory.toString(), url)) {
            boolean early = random.nextInt(8) == 0;
            if (early) {
                killLater(child, random.nextLong(LONGEST_LIFE_MILLIS));
            }
            String line = child.readLineOrNull();
            while (line != null) {
                if (line.startsWith("ready") && !early) {
                    killLater(child, random.nextLong(LONGEST_LIFE_MILLIS));
                }
                heard(line);
                line = child.readLineOrNull();
            }
        }
        edits += Math.max(0, acknowledged - before);
        look();
    }

    private void killLater(Child child, long millis) {
        ScheduledFuture<?> unused = killer.schedule(child::kill, millis, TimeUnit.MILLISECONDS);
    }

    private void heard(String line) {
        String what = line.substring(line.indexOf(' ') + 1);
        if (line.startsWith("edit")) {
            acknowledged = Math.max(acknowledged, Long.parseLong(what));
        } else if (line.startsWith("event") && !accepted.add(what)) {
            twice++;
        }
    }

    private void look() {
        try (JdbcSettingsStore store = new JdbcSettingsStore(Database.inDirectory(directory))) {
            Revision latest = store.latest();
            long number = latest == null ? 0 : latest.number();
            if (number < acknowledged) {
                lost += (int) (acknowledged - number);
                System.out.printf("  LOST: revision %d was acknowledged, %d is there%n", acknowledged, number);
            }
            // What was made but not acknowledged any more counts from now on.
            acknowledged = number;
            for (Revision.Note note : store.history(Long.MAX_VALUE, 50)) {
                Revision revision = store.find(note.number());
                if (revision == null || !CrashEditor.isWhole(revision, url)) {
                    torn++;
                    System.out.printf("  NOT WHOLE: revision %d%n", note.number());
                }
            }
        }
    }

    /** A JVM that is not killed; answers how many events never came. */
    private int deliverTheRest() throws IOException {
        try (Child child = Child.start(CrashEditor.class, directory.toString(), url, "deliver")) {
            long begin = System.nanoTime();
            while (child.isAlive()
                    && !received.containsAll(accepted)
                    && System.nanoTime() - begin < DELIVERED_WITHIN_NANOS) {
                LockSupport.parkNanos(50_000_000);
            }
        }
        return (int) accepted.stream().filter(id -> !received.contains(id)).count();
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
