// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.api;

import io.anteroom.Anteroom;
import io.anteroom.admin.access.Access;
import io.anteroom.admin.access.Authentication;
import io.anteroom.admin.access.Principal;
import io.anteroom.admin.access.RequestCopy;
import io.anteroom.admin.analytics.Analytics;
import io.anteroom.admin.analytics.Second;
import io.anteroom.admin.live.LiveStream;
import io.anteroom.admin.store.Role;
import io.anteroom.settings.SettingsDesk;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The live stream: how all pools stand, once a second, as server-sent events. */
final class StreamRoutes {
    private final Access access;
    private final Anteroom anteroom;
    private final SettingsDesk desk;
    private final InstantSource clock;
    private final @Nullable Analytics analytics;
    private final LiveStreams streams;

    StreamRoutes(
            Access access, Anteroom anteroom, SettingsDesk desk, @Nullable Analytics analytics, InstantSource clock) {
        this.access = access;
        this.anteroom = anteroom;
        this.desk = desk;
        this.clock = clock;
        this.analytics = analytics;
        this.streams = new LiveStreams(this::snapshot);
    }

    /** What happened in the last whole second. */
    record Pulse(long arrived, long admitted, long released, long failed, long longestWaitMs) {
        static Pulse of(Second second) {
            return new Pulse(
                    second.arrived(),
                    second.admitted(),
                    second.released(),
                    second.failed(),
                    second.longestWait().toMillis());
        }
    }

    /** Everything at one moment. */
    record Snapshot(
            Instant at,
            String node,
            long settingsRevision,
            List<PoolViews.PoolView> pools,

            @Field("null while nothing is counted") @Nullable Pulse lastSecond) {}

    LiveStreams streams() {
        return streams;
    }

    List<Route> routes() {
        return List.of(
                Route.of("GET", "/stream", PoolRoutes.AREA, Role.VIEWER, "Streams how all pools stand, once a second.")
                        .answersText("text/event-stream")
                        .by(this::open));
    }

    private String snapshot() {
        List<Second> seconds = analytics == null ? List.of() : analytics.seconds(null, Duration.ofSeconds(2));
        return Json.write(new Snapshot(
                clock.instant(),
                access.settings().node(),
                desk.current().number(),
                anteroom.pools().all().stream().map(PoolViews::of).toList(),
                seconds.isEmpty() ? null : Pulse.of(seconds.get(0))));
    }

    private Reply open(Call call) throws IOException {
        HttpServletRequest request = call.request();
        HttpServletResponse response = call.response();
        Principal principal = call.principal();
        if (!request.isAsyncSupported()) {
            throw new ApiProblem(503, "no_asynchronous_support", "the servlet is mounted without asynchronous support");
        }
        if (request.getMethod().equals("HEAD")) {
            // Nobody watches who asks for no body.
            response.setContentType(LiveStream.TYPE);
            return Reply.handled();
        }
        if (!streams.open(principal.user(), request, response, isStillAllowed(request, principal))) {
            throw new ApiProblem(
                            429,
                            "too_many_streams",
                            "stream: too many (expected: at most " + LiveStreams.MOST_OF_USER + " for a user, "
                                    + LiveStreams.MOST + " in all)")
                    .retryAfter(Duration.ofSeconds(10));
        }
        return Reply.handled();
    }

    /** What proved the request then is asked again now and then: what is revoked ends the stream. */
    private BooleanSupplier isStillAllowed(HttpServletRequest request, Principal principal) {
        RequestCopy copy = RequestCopy.of(request);
        return () -> access.authenticate(copy, false) instanceof Authentication.Known known
                && known.principal().id().equals(principal.id())
                && known.principal().may(Role.VIEWER, PoolRoutes.AREA);
    }
}
