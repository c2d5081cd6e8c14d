// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;

/** This node as the owner of pools' states: its clock, its view, and whether either can be trusted. */
final class LocalOwner implements Owner {
    /** What a pool's time goes on by at most between two owners, whatever their clocks say. */
    private static final long LONGEST_GAP_MILLIS = Duration.ofSeconds(30).toMillis();

    private final ClusterSettings settings;
    private final long session;
    private final LongSupplier nanoClock;
    private final Lookout lookout;
    private final Pulse pulse;
    private final Wire wire;
    private volatile Executor teller = Runnable::run;
    private volatile BiConsumer<String, Note> tell = (node, note) -> {};

    LocalOwner(ClusterSettings settings, long session, LongSupplier nanoClock, Lookout lookout, Wire wire) {
        this.settings = settings;
        this.session = session;
        this.nanoClock = nanoClock;
        this.lookout = lookout;
        this.wire = wire;
        this.pulse = new Pulse(System::nanoTime, settings.silentAfter().dividedBy(2));
    }

    Pulse pulse() {
        return pulse;
    }

    @Override
    public Facts facts(SharedPool pool) {
        long wall = System.currentTimeMillis();
        long clock = nanoClock.getAsLong();
        long offset = offset(pool, clock, wall);
        return new Facts(
                clock + offset,
                wall,
                session,
                offset,
                lookout.names(),
                settings.onPartition(),
                settings.forgetAfter().toNanos(),
                wire.version());
    }

    /** Each machine's clock begins anywhere: a new owner continues where the last one was. */
    private long offset(SharedPool pool, long clock, long wall) {
        if (pool.owner() == session || pool.owner() == 0) {
            return pool.offsetNanos();
        }
        long gap = Math.max(0, Math.min(LONGEST_GAP_MILLIS, wall - pool.lastWall()));
        return pool.lastNanos() + Duration.ofMillis(gap).toNanos() - clock;
    }

    /** How and on which threads nodes are told that they have mail. */
    void announceBy(Executor threads, BiConsumer<String, Note> words) {
        teller = threads;
        tell = words;
    }

    @Override
    public void announce(String pool, String node, Bell bell) {
        try {
            teller.execute(() -> {
                Bell.Due due = bell.answer();
                if (due != null) {
                    tell.accept(node, new Note.Mailed(pool, due.registration(), due.last()));
                }
            });
        } catch (RejectedExecutionException e) {
            // This node stops; the other finds its mail at its next tick.
        }
    }

    @Override
    public boolean isFenced() {
        return pulse.isFenced();
    }
}
