// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.api;

import io.anteroom.admin.access.Deeds;
import io.anteroom.admin.store.Role;
import io.anteroom.admission.CallerLimits;
import io.anteroom.admission.Priority;
import io.anteroom.servlet.ApiKey;
import io.anteroom.servlet.CallerPolicy;
import io.anteroom.servlet.Callers;
import io.anteroom.servlet.KnownCaller;
import io.anteroom.settings.Settings;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Keys of callers, which the settings hold as hashes; named and shaped as GateFlow has it. */
final class ApiKeyRoutes {
    private static final String AREA = "api-keys";
    private static final int MOST = Integer.MAX_VALUE;

    private final Edits edits;
    private final SecureRandom random = new SecureRandom();

    ApiKeyRoutes(Edits edits) {
        this.edits = edits;
    }

    /** A key as it is shown. */
    record KeyView(
            @Field("its flow, by which the queue knows it") String id,
            String name,
            @Field("its beginning") String prefix,
            String defaultQueuePriority,
            String highestQueuePriority,
            @Nullable String group,

            @Field("whether it has a policy of its own, stronger than its group's")
            boolean hasOwnPolicy,

            int weight,
            @Field("null for the level's") @Nullable Long maxWaitMs,
            @Field("null for the pool's") @Nullable Integer maxWaiting,
            @Field("null for the pool's") @Nullable Integer maxRunning,
            boolean disabled,
            @Nullable Instant expiresAt) {}

    /** A key that has just been made. */
    record MadeKey(
            @Field("shown once") String key,
            String id,
            String name,
            String prefix,
            String defaultQueuePriority,
            KeyView details) {
        @Override
        public String toString() {
            return "MadeKey[" + id + "]";
        }
    }

    /** Keys, by name. */
    record KeyList(List<KeyView> apiKeys, @Nullable String nextCursor) {}

    /** A new key. */
    record NewKey(
            @Field(value = "each name once", min = 1, max = 128, pattern = "[^\\p{Cntrl}]+")
            String name,

            @Field(oneOf = {"critical", "high", "normal", "low"}) @Nullable String defaultQueuePriority,

            @Field(oneOf = {"critical", "high", "normal", "low"}) @Nullable String highestQueuePriority,

            @Field(value = "a group of the settings, whose policy it has unless it has its own", max = 128) @Nullable String group,

            @Field(min = 1, max = 1000) @Nullable Integer weight,
            @Field(min = 0, max = 86_400_000) @Nullable Long maxWaitMs,
            @Field(min = 0, max = MOST) @Nullable Integer maxWaiting,
            @Field(min = 1, max = MOST) @Nullable Integer maxRunning,
            @Nullable Instant expiresAt) {}

    /** What to change of a key; what is left out stays. */
    record KeyChange(
            @Field(oneOf = {"critical", "high", "normal", "low"}) @Nullable String defaultQueuePriority,

            @Field(oneOf = {"critical", "high", "normal", "low"}) @Nullable String highestQueuePriority,

            @Field(min = 1, max = 1000) @Nullable Integer weight,
            @Field(min = 0, max = 86_400_000) @Nullable Long maxWaitMs,
            @Field(min = 0, max = MOST) @Nullable Integer maxWaiting,
            @Field(min = 1, max = MOST) @Nullable Integer maxRunning,
            @Nullable Boolean disabled,
            @Nullable Instant expiresAt) {}

    List<Route> routes() {
        return List.of(
                Route.of("GET", "/api-keys", AREA, Role.VIEWER, "Lists the keys of callers, by name.")
                        .text("cursor", 256, "what next_cursor of the page before said")
                        .number("limit", 1, Call.MOST_PER_PAGE, "at most so many")
                        .answers(200, KeyList.class)
                        .by(this::list),
                Route.of("POST", "/api-keys", AREA, Role.ADMIN, "Makes a key, and shows it once.")
                        .takes(NewKey.class)
                        .answers(201, MadeKey.class)
                        .also(409)
                        .by(this::make),
                Route.of("GET", "/api-keys/{key}", AREA, Role.VIEWER, "Shows a key, by id or name.")
                        .answers(200, KeyView.class)
                        .by(call -> Reply.of(view(settings(), find(settings(), call.name("key"))))),
                Route.of(
                                "PATCH",
                                "/api-keys/{key}",
                                AREA,
                                Role.ADMIN,
                                "Changes a key; it counts from the next request on.")
                        .takes(KeyChange.class)
                        .answers(200, KeyView.class)
                        .also(409)
                        .by(this::change),
                Route.of(
                                "DELETE",
                                "/api-keys/{key}",
                                AREA,
                                Role.ADMIN,
                                "Removes a key; what waits or runs is left alone.")
                        .answersNothing()
                        .also(409)
                        .by(this::remove));
    }

    private Settings settings() {
        return edits.desk().current().settings();
    }

    private static KnownCaller find(Settings settings, String idOrName) {
        KnownCaller byName = settings.callers().byName().get(idOrName);
        if (byName != null) {
            return byName;
        }
        return settings.callers().byName().values().stream()
                .filter(caller -> caller.identity().flow().equals(idOrName))
                .findFirst()
                .orElseThrow(() -> ApiProblem.missing("key: unknown (expected: an id or a name of the list)"));
    }

    static CallerPolicy policy(Callers.Snapshot callers, KnownCaller caller) {
        CallerPolicy own = caller.policy();
        String group = caller.group();
        CallerPolicy ofGroup = group == null ? null : callers.groups().get(group);
        return own != null ? own : ofGroup != null ? ofGroup : callers.others();
    }

    private static KeyView view(Settings settings, KnownCaller caller) {
        CallerPolicy policy = policy(settings.callers(), caller);
        Duration wait = policy.longestWait();
        CallerLimits limits = policy.limits();
        return new KeyView(
                caller.identity().flow(),
                caller.name(),
                caller.prefix(),
                Json.word(policy.priority()),
                Json.word(policy.highestPriority()),
                caller.group(),
                caller.policy() != null,
                policy.weight(),
                wait == null ? null : wait.toMillis(),
                limits == null || limits.maxWaiting() == MOST ? null : limits.maxWaiting(),
                limits == null || limits.maxRunning() == MOST ? null : limits.maxRunning(),
                caller.isDisabled(),
                caller.expires());
    }

    private Reply list(Call call) {
        Settings settings = settings();
        String after = call.query("cursor");
        int limit = call.limit();
        List<KnownCaller> page = settings.callers().byName().values().stream()
                .filter(caller -> after == null || caller.name().compareTo(after) > 0)
                .sorted(Comparator.comparing(KnownCaller::name))
                .limit(limit + 1L)
                .toList();
        boolean hasMore = page.size() > limit;
        List<KeyView> keys =
                page.stream().limit(limit).map(caller -> view(settings, caller)).toList();
        return Reply.of(new KeyList(keys, hasMore ? keys.get(limit - 1).name() : null));
    }

    private Reply make(Call call) {
        NewKey wanted = call.body(NewKey.class);
        ApiKey key = ApiKey.create(random);
        KnownCaller[] made = new KnownCaller[1];
        edits.change(call, "new key " + wanted.name(), settings -> {
            Callers.Snapshot callers = settings.callers();
            if (callers.byName().containsKey(wanted.name())) {
                throw ApiProblem.conflict("key_exists", "name: taken (expected: each name once)");
            }
            made[0] = caller(wanted, key, callers);
            return settings.withCallers(callers.with(made[0]));
        });
        KeyView view = view(settings(), made[0]);
        call.audit(
                "key.create", view.id() + " " + view.name(), "default_queue_priority: " + view.defaultQueuePriority());
        return Reply.created(
                new MadeKey(key.secret(), view.id(), view.name(), view.prefix(), view.defaultQueuePriority(), view));
    }

    private static KnownCaller caller(NewKey wanted, ApiKey key, Callers.Snapshot callers) {
        String group = wanted.group();
        boolean isPlain = wanted.defaultQueuePriority() == null
                && wanted.highestQueuePriority() == null
                && wanted.weight() == null
                && wanted.maxWaitMs() == null
                && wanted.maxWaiting() == null
                && wanted.maxRunning() == null;
        CallerPolicy policy = null;
        if (!isPlain) {
            CallerPolicy ofGroup = group == null ? null : callers.groups().get(group);
            policy = changed(
                    ofGroup == null ? open(callers.others()) : ofGroup,
                    wanted.defaultQueuePriority(),
                    wanted.highestQueuePriority(),
                    wanted.weight(),
                    wanted.maxWaitMs(),
                    wanted.maxWaiting(),
                    wanted.maxRunning());
        }
        return new KnownCaller(wanted.name(), key.sha256(), key.prefix(), group, policy, false, wanted.expiresAt());
    }

    /** What everybody else has, but let in where they are not. */
    private static CallerPolicy open(CallerPolicy others) {
        return new CallerPolicy(
                others.priority(),
                others.highestPriority(),
                others.longestWait(),
                others.weight(),
                others.limits(),
                others.rights(),
                others.allowance(),
                CallerPolicy.Access.OPEN);
    }

    private static CallerPolicy changed(
            CallerPolicy before,
            @Nullable String priority,
            @Nullable String highest,
            @Nullable Integer weight,
            @Nullable Long waitMs,
            @Nullable Integer maxWaiting,
            @Nullable Integer maxRunning) {
        CallerPolicy policy = before;
        if (priority != null) {
            policy = policy.withPriority(level(priority));
        }
        if (highest != null) {
            policy = policy.withHighestPriority(level(highest));
        }
        if (weight != null) {
            policy = policy.withWeight(weight);
        }
        if (waitMs != null) {
            policy = policy.withLongestWait(Duration.ofMillis(waitMs));
        }
        if (maxWaiting != null || maxRunning != null) {
            CallerLimits known = policy.limits() == null ? CallerLimits.UNLIMITED : policy.limits();
            policy = policy.withLimits(new CallerLimits(
                    maxWaiting == null ? known.maxWaiting() : maxWaiting,
                    maxRunning == null ? known.maxRunning() : maxRunning));
        }
        return policy;
    }

    private static Priority level(String word) {
        return Priority.valueOf(word.toUpperCase(Locale.ROOT));
    }

    private Reply change(Call call) {
        KeyChange wanted = call.body(KeyChange.class);
        String[] name = new String[1];
        edit(call, "changed key ", caller -> {
            name[0] = caller.name();
            Boolean disabled = wanted.disabled();
            Instant expires = wanted.expiresAt();
            return new KnownCaller(
                    caller.name(),
                    caller.sha256(),
                    caller.prefix(),
                    caller.group(),
                    changedPolicy(settings().callers(), caller, wanted),
                    disabled == null ? caller.isDisabled() : disabled,
                    expires == null ? caller.expires() : expires);
        });
        Settings now = settings();
        KeyView view = view(now, find(now, name[0]));
        String detail = isFlip(wanted) ? "" : wanted.toString();
        call.audit(deed(wanted), view.id() + " " + view.name(), detail);
        return Reply.of(view);
    }

    private static String deed(KeyChange wanted) {
        if (!isFlip(wanted)) {
            return Deeds.KEY_CHANGE;
        }
        return Boolean.TRUE.equals(wanted.disabled()) ? Deeds.KEY_DISABLE : Deeds.KEY_ENABLE;
    }

    /** Whether it is disabled or enabled, and nothing else. */
    private static boolean isFlip(KeyChange wanted) {
        return wanted.disabled() != null && wanted.expiresAt() == null && isPlain(wanted);
    }

    private static boolean isPlain(KeyChange wanted) {
        return wanted.defaultQueuePriority() == null
                && wanted.highestQueuePriority() == null
                && wanted.weight() == null
                && wanted.maxWaitMs() == null
                && wanted.maxWaiting() == null
                && wanted.maxRunning() == null;
    }

    private static @Nullable CallerPolicy changedPolicy(
            Callers.Snapshot callers, KnownCaller caller, KeyChange wanted) {
        if (isPlain(wanted)) {
            return caller.policy();
        }
        return changed(
                open(policy(callers, caller)),
                wanted.defaultQueuePriority(),
                wanted.highestQueuePriority(),
                wanted.weight(),
                wanted.maxWaitMs(),
                wanted.maxWaiting(),
                wanted.maxRunning());
    }

    private void edit(Call call, String comment, UnaryOperator<KnownCaller> change) {
        edits.change(call, comment + call.name("key"), settings -> {
            KnownCaller known = find(settings, call.name("key"));
            return settings.withCallers(settings.callers().with(change.apply(known)));
        });
    }

    private Reply remove(Call call) {
        String[] removed = new String[1];
        edits.change(call, "removed key " + call.name("key"), settings -> {
            KnownCaller known = find(settings, call.name("key"));
            removed[0] = known.identity().flow() + " " + known.name();
            return settings.withCallers(settings.callers().without(known.name()));
        });
        call.audit("key.remove", removed[0], "");
        return Reply.nothing();
    }
}
