// SPDX-License-Identifier: Apache-2.0
package io.anteroom.settings;

import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where the settings are edited. An edit names the revision that it was made from, is checked as a whole, put in force
 * and stored: all of that, or nothing. Requests never wait for it, and go on under the settings in force while the
 * store fails. Safe from any thread; edits are made one after another, and hold a lock of their own while they are
 * stored.
 */
public final class SettingsDesk {
    private static final System.Logger LOG = System.getLogger(SettingsDesk.class.getName());

    private final ReentrantLock lock = new ReentrantLock();
    private final SettingsStore store;
    private final LiveParts parts;
    private final InstantSource clock;
    private final @Nullable String source;
    private volatile BiFunction<Settings, Settings, List<SettingsProblem>> checks = (before, after) -> List.of();
    private volatile Consumer<Revision> teller = edited -> {};
    private volatile Revision current;
    private volatile @Nullable String trouble;

    private SettingsDesk(
            SettingsStore store, LiveParts parts, InstantSource clock, @Nullable String source, Revision first) {
        this.store = store;
        this.parts = parts;
        this.clock = clock;
        this.source = source;
        this.current = first;
    }

    /**
     * Puts in force what is stored, or else stores what is in force. If the store fails, that is said loudly, and the
     * settings in force stay so; {@link #refresh} tries again.
     *
     * @param seed what the parts are set to; stored as the first revision if there is none yet
     * @param by who is named as its maker
     */
    public static SettingsDesk open(
            SettingsStore store, LiveParts parts, InstantSource clock, Settings seed, String by) {
        return open(store, parts, clock, null, new Revision(0, clock.instant(), by, "first settings", seed));
    }

    /**
     * A desk whose settings come from elsewhere, as from a file: edits are answered {@link EditResult.ReadOnly}, and
     * {@link #follow} is how they change. It remembers its revisions as long as the JVM runs.
     *
     * @param source where they come from, named as their maker and in answers
     * @param seed what the parts are set to
     */
    public static SettingsDesk following(String source, LiveParts parts, InstantSource clock, Settings seed) {
        Revision first = new Revision(0, clock.instant(), source, "first settings", seed);
        return open(new MemoryStore(), parts, clock, source, first);
    }

    private static SettingsDesk open(
            SettingsStore store, LiveParts parts, InstantSource clock, @Nullable String source, Revision first) {
        SettingsText.check(first.settings());
        SettingsDesk desk = new SettingsDesk(store, parts, clock, source, first);
        desk.refresh();
        return desk;
    }

    /**
     * Has edits judged besides by what the document itself knows, as by what this server can reach.
     *
     * @param checks answers what is wrong with going from one document to another
     */
    public void check(BiFunction<Settings, Settings, List<SettingsProblem>> checks) {
        this.checks = checks;
    }

    /**
     * Has others told of edits that were made here, as servers that share the store; not of what is taken up from it.
     *
     * @param teller told of each edit once it is in force and stored, on the editor's thread; must not wait
     */
    public void tell(Consumer<Revision> teller) {
        this.teller = teller;
    }

    /** Where the settings come from if they are not edited here, or null. */
    public @Nullable String source() {
        return source;
    }

    /** The revision in force. */
    public Revision current() {
        return current;
    }

    /** What is the matter with the store, or null if it answered when it was last asked. */
    public @Nullable String trouble() {
        return trouble;
    }

    /** What a store tells of its revisions; see {@link SettingsStore#history}. */
    public List<Revision.Note> history(long before, int most) {
        return store.history(before, most);
    }

    /** An older revision, or null if it is not kept any more. */
    public @Nullable Revision find(long number) {
        Revision now = current;
        return now.number() == number ? now : store.find(number);
    }

    /**
     * Takes up what others have stored since; to be called now and then where several servers share a store.
     *
     * @return whether the store answered and its latest revision is in force
     */
    public boolean refresh() {
        lock.lock();
        try {
            if (current.number() == 0 || store.latestNumber() != current.number()) {
                takeUp();
            }
            well();
            return true;
        } catch (RuntimeException e) {
            troubled(
                    "the settings cannot be taken from their store; those in force stay, revision " + current.number(),
                    e);
            return false;
        } finally {
            lock.unlock();
        }
    }

    private void takeUp() {
        Revision now = current;
        Revision latest = store.latest();
        if (latest == null) {
            Revision first = new Revision(1, now.at(), now.by(), now.comment(), now.settings());
            latest = store.append(first) ? first : store.latest();
        }
        if (latest != null && latest.number() != now.number()) {
            parts.change(now.settings(), latest.settings());
            current = latest;
        }
    }

    /**
     * Edits the settings.
     *
     * @param settings the whole document as it shall be
     * @param base the number of the revision that it was made from
     * @param by who asks for it
     * @param comment why
     */
    public EditResult edit(Settings settings, long base, String by, String comment) {
        return source != null ? new EditResult.ReadOnly(source) : change(settings, base, by, comment);
    }

    /**
     * Puts in force what the source of the settings says now.
     *
     * @throws IllegalStateException if they have no source, but are edited
     */
    public EditResult follow(Settings settings, String comment) {
        if (source == null) {
            throw new IllegalStateException("these settings are edited (expected: a desk that follows a source)");
        }
        return change(settings, current.number(), source, comment);
    }

    private EditResult change(Settings settings, long base, String by, String comment) {
        try {
            SettingsText.check(settings);
        } catch (SettingsException e) {
            return new EditResult.Invalid(e.problems());
        }
        List<SettingsProblem> problems = checks.apply(current.settings(), settings);
        if (!problems.isEmpty()) {
            return new EditResult.Invalid(problems);
        }
        EditResult result = put(settings, base, by, comment);
        if (result instanceof EditResult.Applied applied) {
            told(applied.revision());
        }
        return result;
    }

    private EditResult put(Settings settings, long base, String by, String comment) {
        lock.lock();
        try {
            Revision now = current;
            if (base != now.number()) {
                return new EditResult.Stale(now, settings);
            }
            if (settings.equals(now.settings())) {
                return new EditResult.Unchanged(now);
            }
            return apply(now, new Revision(now.number() + 1, clock.instant(), by, comment, settings));
        } finally {
            lock.unlock();
        }
    }

    private void told(Revision edited) {
        try {
            teller.accept(edited);
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "others could not be told of revision " + edited.number() + "; they find it", e);
        }
    }

    /** Goes back to an older revision, which makes a new one with its content. */
    public EditResult rollBack(long number, long base, String by, String comment) {
        if (source != null) {
            return new EditResult.ReadOnly(source);
        }
        Revision old;
        try {
            old = find(number);
        } catch (StoreException e) {
            troubled("revision " + number + " cannot be read", e);
            return new EditResult.Failed("revision " + number + " cannot be read: " + e.getMessage());
        }
        return old == null ? new EditResult.Missing(number) : edit(old.settings(), base, by, comment);
    }

    /**
     * In force first, then stored: an edit that some part refuses must never be found in the store by others. Until the
     * store has it nobody has been told that it counts, so that a crash in between takes nothing back from anybody.
     */
    private EditResult apply(Revision now, Revision next) {
        try {
            parts.change(now.settings(), next.settings());
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "an edit of the settings was refused; the old ones are back in force", e);
            return new EditResult.Failed("the settings could not be put in force: " + e.getMessage());
        }
        List<Change> changes = Difference.of(now.settings(), next.settings());
        boolean isStored = false;
        try {
            // Nothing is before the first of a store.
            isStored = now.number() == 0 ? store.append(next) : store.append(next, changes);
            well();
        } catch (RuntimeException e) {
            troubled("an edit of the settings could not be stored; the old ones are back in force", e);
            return new EditResult.Failed("the edit could not be stored: " + e.getMessage());
        } finally {
            if (isStored) {
                current = next;
            } else {
                parts.change(next.settings(), now.settings());
            }
        }
        if (isStored) {
            return new EditResult.Applied(next, changes);
        }
        boolean unused = refresh();
        return new EditResult.Stale(current, next.settings());
    }

    private void well() {
        if (trouble != null) {
            trouble = null;
            LOG.log(Level.INFO, "the store of the settings answers again");
        }
    }

    private void troubled(String what, RuntimeException e) {
        String known = trouble;
        trouble = what + ": " + e.getMessage();
        if (known == null) {
            LOG.log(Level.ERROR, what, e);
        }
    }
}
