// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import io.anteroom.servlet.CallerPolicy.Access;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;

/**
 * The callers that are known by their keys, and their groups. An edit swaps one immutable snapshot for another, so that
 * a request sees all of it or nothing; it counts from the next request on, and what waits or runs is left alone. Safe
 * from any thread.
 */
public final class Callers implements PolicySource {
    private final AtomicReference<Index> current;
    private final InstantSource clock;

    /**
     * Everything that is known at one moment.
     *
     * @param byName the callers by their names
     * @param groups the policies of groups by name
     * @param others the policy of everybody else; {@link CallerPolicy#NOBODY} lets only known callers in
     */
    public record Snapshot(Map<String, KnownCaller> byName, Map<String, CallerPolicy> groups, CallerPolicy others) {
        /** Nobody is known. */
        public static Snapshot of(CallerPolicy others) {
            return new Snapshot(Map.of(), Map.of(), others);
        }

        /** Copies both, and checks that each group is known. */
        public Snapshot {
            byName = Map.copyOf(byName);
            groups = Map.copyOf(groups);
            for (KnownCaller caller : byName.values()) {
                String group = caller.group();
                if (group != null && !groups.containsKey(group)) {
                    throw new IllegalArgumentException("callers." + caller.name() + ".group: " + group
                            + " (expected: one of " + groups.keySet() + ")");
                }
            }
        }

        /** The same with this caller, in place of the one that had its name. */
        public Snapshot with(KnownCaller caller) {
            Map<String, KnownCaller> changed = new HashMap<>(byName);
            changed.put(caller.name(), caller);
            return new Snapshot(changed, groups, others);
        }

        /** The same without the caller of that name. */
        public Snapshot without(String name) {
            Map<String, KnownCaller> changed = new HashMap<>(byName);
            changed.remove(name);
            return new Snapshot(changed, groups, others);
        }

        /** The same with this group, in place of the one that had its name. */
        public Snapshot withGroup(String name, CallerPolicy policy) {
            Map<String, CallerPolicy> changed = new HashMap<>(groups);
            changed.put(name, policy);
            return new Snapshot(byName, changed, others);
        }

        /** The same with another policy for everybody else. */
        public Snapshot withOthers(CallerPolicy policy) {
            return new Snapshot(byName, groups, policy);
        }
    }

    /** A snapshot by what requests are known by. */
    private record Index(Snapshot snapshot, Map<Identity, KnownCaller> byIdentity) {
        static Index of(Snapshot snapshot) {
            Map<Identity, KnownCaller> byIdentity = new HashMap<>();
            for (KnownCaller caller : snapshot.byName().values()) {
                KnownCaller other = byIdentity.put(caller.identity(), caller);
                if (other != null) {
                    throw new IllegalArgumentException("callers." + caller.name() + ".key: that of " + other.name()
                            + " (expected: each key once)");
                }
            }
            return new Index(snapshot, byIdentity);
        }
    }

    /** These are known. */
    public Callers(Snapshot snapshot) {
        this(snapshot, InstantSource.system());
    }

    /**
     * These are known.
     *
     * @param clock tells when keys expire
     */
    public Callers(Snapshot snapshot, InstantSource clock) {
        this.current = new AtomicReference<>(Index.of(snapshot));
        this.clock = clock;
    }

    /** Everything that is known now. */
    public Snapshot snapshot() {
        return current.get().snapshot();
    }

    /**
     * Changes what is known, and answers it.
     *
     * @param change called again if somebody else came in between
     * @throws IllegalArgumentException if a key would stand twice or a group would be missing; nothing has changed then
     */
    public Snapshot edit(UnaryOperator<Snapshot> change) {
        return current.updateAndGet(index -> Index.of(change.apply(index.snapshot())))
                .snapshot();
    }

    /** The caller with this identity, if it is known. */
    public Optional<KnownCaller> find(Identity identity) {
        return Optional.ofNullable(current.get().byIdentity().get(identity));
    }

    @Override
    public CallerPolicy of(Optional<Identity> identity) {
        Index index = current.get();
        if (identity.isEmpty()) {
            return index.snapshot().others();
        }
        KnownCaller caller = index.byIdentity().get(identity.get());
        return caller == null ? index.snapshot().others() : policy(caller, index.snapshot());
    }

    private CallerPolicy policy(KnownCaller caller, Snapshot snapshot) {
        CallerPolicy policy = caller.policy();
        if (policy == null) {
            policy = caller.group() == null ? null : snapshot.groups().get(caller.group());
        }
        if (policy == null) {
            policy = snapshot.others().with(Access.OPEN);
        }
        if (caller.isDisabled()) {
            return policy.with(Access.DISABLED);
        }
        boolean isExpired = caller.expires() != null && !clock.instant().isBefore(caller.expires());
        return isExpired ? policy.with(Access.EXPIRED) : policy;
    }
}
