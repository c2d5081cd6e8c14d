// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.preview;

import io.anteroom.admin.preview.PreviewReport.Outcome;
import io.anteroom.admission.PoolSettings;
import java.time.Duration;
import java.util.List;

/**
 * Tells what other numbers would have made of the last hour. The same requests go through two pools in virtual time,
 * one with the settings that are in force, one with the proposed; both begin empty and knowing nothing, so that they
 * compare. What was refused then may have come again as another request: it counts as often as it came. Takes some
 * tenths of a second of a processor for the most that {@link PastRequests} remembers.
 */
public final class Preview {
    private Preview() {}

    /**
     * What other settings would have made of the recent requests of a pool.
     *
     * @param past what is remembered
     * @param pool the name of the pool; one that nobody has used gives a report of no requests
     * @param current the settings that are in force
     * @param proposed the settings in question
     */
    public static PreviewReport of(PastRequests past, String pool, PoolSettings current, PoolSettings proposed) {
        List<PastRequest> requests = past.recent(pool);
        long[] costs = Costs.of(requests);
        int guessed =
                (int) requests.stream().filter(request -> request.ran() == null).count();
        Duration span = requests.isEmpty()
                ? Duration.ZERO
                : Duration.ofNanos(requests.get(requests.size() - 1).arrivedNanos()
                        - requests.get(0).arrivedNanos());
        return new PreviewReport(
                requests.size(),
                span,
                guessed,
                real(requests),
                new Rehearsal(requests, costs, current).run(),
                new Rehearsal(requests, costs, proposed).run());
    }

    private static Outcome real(List<PastRequest> requests) {
        Score score = new Score();
        requests.forEach(request -> score.add(request.priority(), request.end(), request.waited()));
        return score.outcome(-1);
    }
}
