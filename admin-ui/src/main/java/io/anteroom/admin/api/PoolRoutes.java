// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.api;

import io.anteroom.admin.api.PoolViews.PoolList;
import io.anteroom.admin.api.PoolViews.PoolView;
import io.anteroom.admin.store.Role;
import io.anteroom.admission.Pool;
import io.anteroom.admission.PoolMode;
import io.anteroom.admission.PoolSnapshot;
import io.anteroom.admission.Pools;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Pools: how they stand, and holding, resuming, draining and closing them. */
final class PoolRoutes {
    static final String AREA = "pools";

    private final Pools pools;

    PoolRoutes(Pools pools) {
        this.pools = pools;
    }

    /** That one knows what one does. */
    record Consent(
            @Field(
                    value = "how many waiting requests one has seen; it is done if no more wait than that",
                    max = 10_000_000)
            @Nullable Integer confirm) {}

    List<Route> routes() {
        return List.of(
                Route.of("GET", "/pools", AREA, Role.VIEWER, "Lists the pools.")
                        .answers(200, PoolList.class)
                        .by(call -> Reply.of(new PoolList(
                                pools.all().stream().map(PoolViews::of).toList()))),
                Route.of("GET", "/pools/{pool}", AREA, Role.VIEWER, "Shows a pool.")
                        .answers(200, PoolView.class)
                        .by(call -> Reply.of(PoolViews.of(find(pools, call)))),
                mode("hold", PoolMode.HOLDING, "Has a pool queue and admit nobody, until it is resumed."),
                mode("resume", PoolMode.OPEN, "Has a pool admit and queue again."),
                mode("drain", PoolMode.DRAINING, "Has a pool refuse newcomers and serve those who wait."),
                mode("reject-new", PoolMode.CLOSED, "Has a pool refuse newcomers, and ends every wait with 503."));
    }

    private Route mode(String verb, PoolMode mode, String summary) {
        return Route.of("POST", "/pools/{pool}/" + verb, AREA, Role.OPERATOR, summary)
                .mayTake(Consent.class)
                .answers(200, PoolView.class)
                .also(409)
                .by(call -> change(call, verb, mode));
    }

    /** The pool that a path names. */
    static Pool find(Pools pools, Call call) {
        Pool pool = pools.find(call.name("pool"));
        if (pool == null) {
            throw ApiProblem.missing("pool: unknown (expected: one of "
                    + pools.all().stream().map(Pool::name).limit(20).toList() + ")");
        }
        return pool;
    }

    private Reply change(Call call, String verb, PoolMode mode) {
        Pool pool = find(pools, call);
        PoolSnapshot now = pool.snapshot();
        if (mode != PoolMode.OPEN) {
            confirm(call, now.waiting(), effect(mode, now));
        }
        pool.mode(mode);
        PoolSnapshot after = pool.snapshot();
        call.audit(
                "pool." + verb,
                pool.name(),
                "mode: " + Json.word(now.mode()) + " → " + Json.word(mode) + ", waiting: " + now.waiting() + " → "
                        + after.waiting());
        return Reply.of(PoolViews.of(pool));
    }

    private static String effect(PoolMode mode, PoolSnapshot now) {
        return switch (mode) {
            case OPEN -> "";
            case HOLDING -> now.waiting() + " waiting requests go on waiting, and their longest waits run";
            case DRAINING -> "newcomers get 503, " + now.waiting() + " waiting requests are still served";
            case CLOSED -> now.waiting() + " waiting requests get 503, and so does every newcomer";
        };
    }

    /** Asks whether somebody knows how many requests a deed is about; more than it has seen must be confirmed anew. */
    static void confirm(Call call, int affected, String effect) {
        Consent consent = call.bodyIfAny(Consent.class);
        Integer seen = consent == null ? null : consent.confirm();
        confirm(seen, affected, effect);
    }

    static void confirm(@Nullable Integer seen, int affected, String effect) {
        if (seen == null || affected > seen) {
            throw ApiProblem.conflict("confirmation_needed", effect + " (expected: confirm: " + affected + ")")
                    .with("confirm", affected)
                    .with("effect", effect);
        }
    }
}
