// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.webhook;

import io.anteroom.admin.store.Database;
import io.anteroom.admin.webhook.Outbox.Addressed;
import io.anteroom.event.Events;
import io.anteroom.event.Notice;
import io.anteroom.event.NoticeListener;
import io.anteroom.settings.StoreException;
import io.anteroom.webhook.NoticeSettings;
import io.anteroom.webhook.WebhookSettings;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends notices to the webhooks of the settings: stored first, then delivered at least once, by one thread of its own.
 * Taking a notice costs next to nothing and never blocks. Servers that share a database share the work. Safe from any
 * thread; what asks the database throws {@link StoreException} if that fails.
 */
public final class Webhooks implements AutoCloseable {
    private static final long END_WITHIN_MILLIS = 5000;

    private final Supplier<NoticeSettings> settings;
    private final InstantSource clock;
    private final String source;
    private final SendGuard guard;
    private final Outbox outbox;
    private final DeliveryLog log;
    private final Troubles troubles;
    private final Secrets secrets;
    private final Handover handover;
    private final Courier courier;
    private final Sender sender;
    private final SecureRandom random = new SecureRandom();
    private final List<Events.Subscription> subscriptions;
    private final Thread thread;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean isWoken;
    private boolean isClosed;

    private Webhooks(Builder builder) {
        settings = builder.settings;
        clock = builder.clock;
        source = builder.source;
        guard = builder.guard;
        Database database = builder.database;
        outbox = new Outbox(database);
        log = new DeliveryLog(database);
        troubles = new Troubles(database);
        secrets = new Secrets(database, builder.box);
        sender = new Sender(guard, builder.timing, builder.lookup, clock);
        handover = new Handover(clock, builder.mostTaken, this::wake);
        Events events = builder.events;
        NoticeListener notices = events == null ? this::take : events;
        Courier.Setup setup = new Courier.Setup(
                this::webhooks,
                outbox,
                troubles,
                secrets,
                new Verdicts(database, random),
                sender::send,
                notices,
                clock,
                builder.source,
                builder.perWebhook,
                builder.lease,
                builder.kept);
        courier = new Courier(setup, handover, this::wake);
        subscriptions = events == null ? List.of() : List.of(events.subscribeNotices(this::take));
        thread = new Thread(this::work, "anteroom-webhooks");
        thread.setDaemon(true);
    }

    /**
     * Begins to describe the sending of notices.
     *
     * @param database where events and deliveries are kept; it stays open when this is closed
     * @param secrets keeps the signing secrets in it unreadable
     * @param settings the settings in force, asked again and again
     */
    public static Builder builder(Database database, SecretBox secrets, Supplier<NoticeSettings> settings) {
        return new Builder(database, secrets, settings);
    }

    private Map<String, WebhookSettings> webhooks() {
        return settings.get().webhooks();
    }

    /** Takes a notice that is to be sent to those who want it. */
    public void take(Notice notice) {
        handover.take(notice);
    }

    /** Why a webhook's address may not be sent to, as far as it can be told without asking for names; or null. */
    public @Nullable String refusal(WebhookSettings webhook) {
        return guard.refusal(webhook.uri());
    }

    /**
     * Sends a {@code webhook.test} to one webhook, once.
     *
     * @return the id of the event, or null if there is no such webhook or it is not sent anything
     */
    public @Nullable String test(String webhook) {
        if (!webhooks().containsKey(webhook) || !state(webhook).isSent()) {
            return null;
        }
        Map<String, Object> facts = Map.of("webhook", webhook, "text", "Somebody tries out this webhook.");
        return publish(new Notice(Notice.WEBHOOK_TEST, webhook, facts), List.of(webhook));
    }

    /** Stores a notice for these webhooks; it is on the disk when this returns its id. */
    String publish(Notice notice, List<String> webhooks) {
        WebhookEvent event = WebhookEvent.of(notice, clock.instant(), source, random);
        outbox.append(List.of(new Addressed(event, webhooks)));
        wake();
        return event.id();
    }

    /** How a webhook is doing. */
    public WebhookState state(String webhook) {
        WebhookSettings known = webhooks().get(webhook);
        Troubles.Trouble trouble = troubles.all().get(webhook);
        boolean isEnabled = known != null && known.enabled();
        return trouble == null
                ? new WebhookState(isEnabled, null, null, "")
                : new WebhookState(
                        isEnabled && trouble.off() == null, trouble.failingSince(), trouble.off(), trouble.reason());
    }

    /** Sends a webhook again that was switched off; false if nothing was the matter with it. */
    public boolean switchOn(String webhook) {
        boolean isOn = troubles.forget(webhook);
        wake();
        return isOn;
    }

    /**
     * The deliveries to a webhook, newest first, without their attempts.
     *
     * @param state only those that stand so, or null for all
     * @param before only those with a smaller number
     * @param most at most so many, from 1 to 200
     */
    public List<Delivery> deliveries(String webhook, Delivery.@Nullable State state, long before, int most) {
        return log.page(webhook, state, before, most);
    }

    /** One delivery to a webhook with its attempts, or null if it is not kept. */
    public @Nullable Delivery delivery(String webhook, long id) {
        return log.find(webhook, id);
    }

    /** Sends a delivery anew, with the id that it had; false if it is not kept. */
    public boolean resend(String webhook, long id) {
        boolean isFound = log.again(webhook, id, clock.instant());
        wake();
        return isFound;
    }

    /** Sends anew all failed deliveries of events since a moment; answers how many these are. */
    public int recover(String webhook, Instant since) {
        int recovered = log.recover(webhook, since, clock.instant());
        wake();
        return recovered;
    }

    /**
     * Begins to sign for a webhook that has just been made, and tells its signing secret, this once. What was the
     * matter with another of that name is forgotten, and what waited for it is given up.
     */
    public String begin(String webhook) {
        outbox.giveUpRemoved(webhook, clock.instant());
        String secret = secrets.begin(webhook, clock.instant());
        boolean unused = troubles.forget(webhook);
        wake();
        return secret;
    }

    /** The signing secret of a webhook, for the one time that it is told; null if it has been told before. */
    public @Nullable String reveal(String webhook) {
        return secrets.reveal(webhook, clock.instant());
    }

    /** Gives a webhook a new signing secret and tells it; for a day the former one signs as well. */
    public String rotate(String webhook) {
        return secrets.rotate(webhook, clock.instant());
    }

    /** How the deliveries to each webhook go, without asking the database: for meters. */
    public Map<String, WebhookFigures> figures() {
        return courier.figures();
    }

    /** How many notices were dropped, as they could not be stored for too long. */
    public long dropped() {
        return handover.dropped();
    }

    /** What is the matter with the database, or null if it did what was asked of it. */
    public @Nullable String trouble() {
        return courier.trouble();
    }

    private void wake() {
        lock.lock();
        try {
            isWoken = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    private void work() {
        boolean goesOn = true;
        while (goesOn) {
            Duration pause = courier.round();
            goesOn = pause(pause);
        }
        courier.last();
    }

    /** Waits until somebody wakes it, and answers whether to go on. */
    private boolean pause(Duration longest) {
        lock.lock();
        try {
            long left = longest.toNanos();
            while (!isWoken && !isClosed && left > 0) {
                left = changed.awaitNanos(left);
            }
            isWoken = false;
            return !isClosed;
        } catch (InterruptedException e) {
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** Ends the sending: what has been taken is stored, and sent when somebody goes on with this database. */
    @Override
    public void close() {
        subscriptions.forEach(Events.Subscription::close);
        lock.lock();
        try {
            isClosed = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
        try {
            thread.join(END_WITHIN_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        sender.close();
    }

    /** Describes {@link Webhooks}. Not thread-safe. */
    public static final class Builder {
        private final Database database;
        private final SecretBox box;
        private final Supplier<NoticeSettings> settings;
        private @Nullable Events events;
        private SendGuard guard = SendGuard.USUAL;
        private String source = "/anteroom";
        private Duration kept = Duration.ofDays(14);
        private InstantSource clock = InstantSource.system();
        private Sender.Timing timing = Sender.Timing.USUAL;
        private GuardedResolver.Lookup lookup = Sender::lookup;
        private Duration lease = Duration.ofMinutes(1);
        private int perWebhook = 4;
        private int mostTaken = 1000;

        private Builder(Database database, SecretBox box, Supplier<NoticeSettings> settings) {
            this.database = database;
            this.box = box;
            this.settings = settings;
        }

        /** Sends the notices told there, and tells there which webhooks were switched off. */
        public Builder events(Events events) {
            this.events = events;
            return this;
        }

        /** Where deliveries may go; by default {@link SendGuard#USUAL}. */
        public Builder guard(SendGuard guard) {
            this.guard = guard;
            return this;
        }

        /**
         * Where events come from, as CloudEvents tell it: an address or a path; by default {@code /anteroom}. It is
         * stored with each event, so that it stays the same whoever sends it.
         *
         * @throws IllegalArgumentException if it is empty or has more than 256 characters
         */
        public Builder source(String source) {
            if (source.isEmpty() || source.length() > WebhookEvent.LONGEST_SOURCE) {
                throw new IllegalArgumentException("source: " + source.length() + " characters (expected: 1 to "
                        + WebhookEvent.LONGEST_SOURCE + ")");
            }
            this.source = source;
            return this;
        }

        /**
         * How long events and their deliveries are kept; by default 14 days.
         *
         * @throws IllegalArgumentException if that is less than two days or more than a year
         */
        public Builder kept(Duration kept) {
            if (kept.compareTo(Duration.ofDays(2)) < 0 || kept.compareTo(Duration.ofDays(366)) > 0) {
                throw new IllegalArgumentException("kept: " + kept + " (expected: from 2 to 366 days)");
            }
            this.kept = kept;
            return this;
        }

        Builder clock(InstantSource clock) {
            this.clock = clock;
            return this;
        }

        Builder timing(Sender.Timing timing, Duration lease) {
            this.timing = timing;
            this.lease = lease;
            return this;
        }

        Builder lookup(GuardedResolver.Lookup lookup) {
            this.lookup = lookup;
            return this;
        }

        Builder perWebhook(int most) {
            this.perWebhook = most;
            return this;
        }

        Builder mostTaken(int most) {
            this.mostTaken = most;
            return this;
        }

        /** Begins to send. */
        public Webhooks start() {
            Webhooks webhooks = new Webhooks(this);
            webhooks.thread.start();
            return webhooks;
        }
    }
}
