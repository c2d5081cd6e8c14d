// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Who is in the cluster, and what became of those that were. A node that is gone from the view may be dead or merely
 * out of reach; where a connection to its port is refused, its process is dead. Safe from any thread.
 */
final class Lookout {
    private static final int CONNECT_MILLIS = 300;
    private static final int MOST_MISSING = 100;
    private static final Duration ALWAYS = Duration.ofNanos(Long.MAX_VALUE);
    /** No ticket is worth asking for any longer, nor a word to operators that part of the cluster is out of sight. */
    private static final Duration REMEMBERED = Duration.ofHours(1);

    private final LongSupplier nanoClock;
    private final boolean isExpectedForEver;
    private final long rememberedNanos;
    private final Map<Long, NodeView> present = new HashMap<>();
    private final Map<Long, Optional<InetSocketAddress>> addresses = new HashMap<>();
    private final Map<Long, Missing> missing = new LinkedHashMap<>();
    /** Those that have said that they leave, and are there still. */
    private final Set<Long> leaving = new HashSet<>();

    private volatile List<String> names = List.of();

    private static final class Missing {
        private final NodeView node;
        private final Optional<InetSocketAddress> address;
        private final long sinceNanos;
        private boolean isDead;

        Missing(NodeView node, Optional<InetSocketAddress> address, long sinceNanos) {
            this.node = node;
            this.address = address;
            this.sinceNanos = sinceNanos;
        }
    }

    /** What is known of a run of a node. */
    enum Fate {
        /** It is in the cluster. */
        PRESENT,
        /** It is not, and may live. */
        MISSING,
        /** Its process is gone, or going: it has said so. */
        DEAD
    }

    /**
     * Nobody has been seen yet.
     *
     * @param keepLeases how long the slots of one that is missing stay taken
     * @param forgetAfter after which one that is missing is not expected any more, zero for never
     */
    Lookout(LongSupplier nanoClock, Duration keepLeases, Duration forgetAfter) {
        this.nanoClock = nanoClock;
        isExpectedForEver = forgetAfter.isZero();
        // Twice, so that every pool has been told by then that its slots are free.
        Duration slots = keepLeases.multipliedBy(2);
        rememberedNanos = Math.max(REMEMBERED.toNanos(), Math.max(slots.toNanos(), forgetAfter.toNanos()));
    }

    /** All that are in the cluster now, with their addresses. */
    synchronized void sees(Map<NodeView, Optional<InetSocketAddress>> nodes) {
        Map<Long, NodeView> before = new HashMap<>(present);
        Map<Long, Optional<InetSocketAddress>> doors = new HashMap<>(addresses);
        present.clear();
        addresses.clear();
        TreeSet<String> sorted = new TreeSet<>();
        nodes.forEach((node, address) -> {
            present.put(node.session(), node);
            addresses.put(node.session(), address);
            sorted.add(node.name());
            missing.remove(node.session());
        });
        before.forEach((session, node) -> {
            if (!present.containsKey(session)) {
                Missing gone = miss(node, doors.getOrDefault(session, Optional.empty()));
                gone.isDead |= leaving.remove(session);
            }
        });
        // One name, one process: whoever had it before is gone.
        missing.values().forEach(one -> one.isDead |= sorted.contains(one.node.name()));
        names = List.copyOf(sorted);
        forget();
    }

    private boolean isOld(Missing one) {
        return nanoClock.getAsLong() - one.sinceNanos >= rememberedNanos;
    }

    /** What is left is counted only, where those that may live are expected for ever. */
    private void forget() {
        missing.values().removeIf(one -> isOld(one) && (one.isDead || !isExpectedForEver));
    }

    private Missing miss(NodeView node, Optional<InetSocketAddress> address) {
        if (missing.size() >= MOST_MISSING) {
            missing.remove(missing.keySet().iterator().next());
        }
        return missing.computeIfAbsent(node.session(), first -> new Missing(node, address, nanoClock.getAsLong()));
    }

    /** A run of a node says that it leaves in good order: it holds nothing, and is not to be expected back. */
    synchronized void leaves(long session) {
        Missing gone = missing.get(session);
        if (gone != null) {
            gone.isDead = true;
        } else if (present.containsKey(session)) {
            leaving.add(session);
        }
    }

    /** Whether a run of a node that is here has said that it leaves. */
    synchronized boolean isLeaving(long session) {
        return leaving.contains(session);
    }

    /** The names of those in the cluster, sorted. */
    List<String> names() {
        return names;
    }

    /** Those in the cluster, by name. */
    synchronized List<NodeView> nodes() {
        List<NodeView> nodes = new ArrayList<>(present.values());
        nodes.sort(Comparator.comparing(NodeView::name));
        return nodes;
    }

    /** What became of a run of a node; one that was never seen counts as missing from now on. */
    synchronized Fate fate(String name, long session) {
        if (present.containsKey(session)) {
            return Fate.PRESENT;
        }
        if (names.contains(name) || miss(new NodeView(name, session, ""), Optional.empty()).isDead) {
            return Fate.DEAD;
        }
        return Fate.MISSING;
    }

    /** For how long it has been missing. */
    synchronized Duration missingFor(long session) {
        Missing known = missing.get(session);
        return known == null ? Duration.ZERO : Duration.ofNanos(nanoClock.getAsLong() - known.sinceNanos);
    }

    /**
     * Those of this cluster that have been missing for less than that, may live, and have no other run here; of each
     * the last run that went missing.
     */
    synchronized List<NodeView> missing(Duration within) {
        long now = nanoClock.getAsLong();
        Map<String, NodeView> byName = new LinkedHashMap<>();
        for (Missing one : missing.values()) {
            if (!one.isDead && now - one.sinceNanos < within.toNanos() && !names.contains(one.node.name())) {
                byName.put(one.node.name(), one.node);
            }
        }
        return List.copyOf(byName.values());
    }

    /** Those that have gone within that, the last first; none whose name is here again. */
    synchronized List<GoneNode> gone(Duration within) {
        long now = nanoClock.getAsLong();
        Map<String, GoneNode> byName = new LinkedHashMap<>();
        for (Missing one : missing.values()) {
            Duration ago = Duration.ofNanos(now - one.sinceNanos);
            if (ago.compareTo(within) < 0 && !names.contains(one.node.name())) {
                byName.put(one.node.name(), new GoneNode(one.node, ago, one.isDead));
            }
        }
        List<GoneNode> gone = new ArrayList<>(byName.values());
        gone.sort(Comparator.comparing(GoneNode::ago));
        return gone;
    }

    /**
     * How many nodes there are with those that may live out of sight, so that a part of the cluster counts the others
     * in what is new to it, too.
     *
     * @param forgetAfter how long those are counted, zero for always
     */
    synchronized int known(Duration forgetAfter) {
        return names.size()
                + missing(forgetAfter.isZero() ? ALWAYS : forgetAfter).size();
    }

    /** Whether it is this run of a node that is out of sight. */
    synchronized boolean misses(long session) {
        return missing.containsKey(session);
    }

    /** Whether there are any that may live, and have not been missing for so long that nobody waits for them. */
    synchronized boolean misses() {
        forget();
        return missing.values().stream().anyMatch(one -> !one.isDead && !isOld(one));
    }

    /** Whether there are any whose fate is not known: {@link #knock} may find it out. */
    synchronized boolean isUnsure() {
        forget();
        return missing.values().stream().anyMatch(one -> !one.isDead);
    }

    /** Knocks at the doors of those that are missing, which takes a moment for each that does not answer. */
    void knock() {
        List<Missing> unknown;
        synchronized (this) {
            unknown = missing.values().stream().filter(one -> !one.isDead).toList();
        }
        for (Missing one : unknown) {
            if (one.address.isPresent() && isRefused(one.address.get())) {
                synchronized (this) {
                    one.isDead = true;
                }
            }
        }
    }

    private static boolean isRefused(InetSocketAddress address) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address.getAddress(), address.getPort()), CONNECT_MILLIS);
            return false;
        } catch (ConnectException e) {
            return saysRefused(e.getMessage());
        } catch (IOException e) {
            // Nobody answers: dead or out of reach, there is no telling.
            return false;
        }
    }

    /** The machine answers that nobody listens; "no route to host" is the same exception and says nothing. */
    private static boolean saysRefused(@Nullable String message) {
        return message != null && message.toLowerCase(Locale.ROOT).contains("refused");
    }
}
