// SPDX-License-Identifier: Apache-2.0
package io.anteroom.bench;

import io.anteroom.Anteroom;
import io.anteroom.admin.store.Database;
import io.anteroom.admin.store.JdbcSettingsStore;
import io.anteroom.admission.PoolSettings;
import io.anteroom.settings.EditResult;
import io.anteroom.settings.Revision;
import io.anteroom.settings.Settings;
import io.anteroom.settings.SettingsDesk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** Lets many edit the same settings at once, each through one of two servers that share a database. */
final class Editors {
    private static final int EDITORS = 50;

    private final AtomicLong applied = new AtomicLong();
    private final AtomicLong stale = new AtomicLong();
    private final AtomicLong wrong = new AtomicLong();
    private final List<SettingsDesk> desks = new ArrayList<>();
    private final int each;

    private Editors(int each) {
        this.each = each;
    }

    /** Prints the figures; exit status 1 if an update is lost. */
    public static void main(String[] args) throws IOException, InterruptedException {
        Editors run = new Editors(List.of(args).contains("--quick") ? 3 : 20);
        Path directory = Files.createTempDirectory("editors");
        Settings seed = Settings.of("counter", PoolSettings.ofSlots(0));
        long counted;
        try (Anteroom one = Anteroom.builder().settings(seed).build();
                Anteroom other = Anteroom.builder().settings(seed).build();
                Database database = Database.inDirectory(directory)) {
            for (Anteroom anteroom : List.of(one, other)) {
                run.desks.add(SettingsDesk.open(
                        new JdbcSettingsStore(database), anteroom.parts(), InstantSource.system(), seed, "bench"));
            }
            run.all();
            boolean unused = run.desks.get(0).refresh() && run.desks.get(1).refresh();
            counted = one.pool("counter").settings().slots();
            if (other.pool("counter").settings().slots() != counted) {
                run.wrong.incrementAndGet();
            }
        }
        delete(directory);
        long wanted = (long) EDITORS * run.each;
        boolean holds = counted == wanted && run.applied.get() == wanted && run.wrong.get() == 0;
        System.out.printf(
                Locale.ROOT,
                "editors: %d at once through two servers, %,d edits applied, %,d counted: %,d lost; %,d refused as stale with"
                        + " both versions, %d refused otherwise: %s%n",
                EDITORS,
                run.applied.get(),
                counted,
                wanted - counted,
                run.stale.get(),
                run.wrong.get(),
                holds ? "holds" : "falls short");
        System.exit(holds ? 0 : 1);
    }

    private void all() throws InterruptedException {
        CountDownLatch begin = new CountDownLatch(1);
        List<Thread> editors = new ArrayList<>();
        for (int i = 0; i < EDITORS; i++) {
            SettingsDesk desk = desks.get(i % desks.size());
            String name = "editor-" + i;
            editors.add(new Thread(() -> edit(desk, name, begin), name));
        }
        editors.forEach(Thread::start);
        begin.countDown();
        for (Thread editor : editors) {
            editor.join();
        }
    }

    /** Each adds one to what it sees, until it has done so often enough. */
    private void edit(SettingsDesk desk, String name, CountDownLatch begin) {
        try {
            begin.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        int done = 0;
        Revision seen = desk.current();
        while (done < each) {
            Settings mine = seen.settings().withPool("counter", PoolSettings.ofSlots(slots(seen.settings()) + 1));
            EditResult result = desk.edit(mine, seen.number(), name, "");
            if (result instanceof EditResult.Applied now) {
                done++;
                applied.incrementAndGet();
                seen = now.revision();
            } else if (result instanceof EditResult.Stale theirs && isWhole(theirs, seen, mine)) {
                stale.incrementAndGet();
                seen = theirs.current();
            } else {
                wrong.incrementAndGet();
                System.out.println("  refused: " + result);
                return;
            }
        }
    }

    /** Both versions: what counts now, which is a newer one, and what was proposed. */
    private static boolean isWhole(EditResult.Stale stale, Revision seen, Settings mine) {
        return stale.current().number() > seen.number() && stale.proposed().equals(mine);
    }

    private static int slots(Settings settings) {
        PoolSettings pool = settings.pools().get("counter");
        return pool == null ? 0 : pool.slots();
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
