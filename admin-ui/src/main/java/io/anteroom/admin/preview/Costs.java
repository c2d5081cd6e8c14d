// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.preview;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How long each request holds a slot: as long as it did, and for those who never ran what is usual. */
final class Costs {
    /** A key with fewer is little known. */
    private static final int KNOWN = 3;

    private static final long FIRST_GUESS = Duration.ofSeconds(1).toNanos();

    private final Mean ofAll = new Mean();
    private final Map<String, Mean> byKey = new HashMap<>();

    private static final class Mean {
        private double sum;
        private long count;

        void add(long nanos) {
            sum += nanos;
            count++;
        }

        long orElse(long other) {
            return count == 0 ? other : (long) (sum / count);
        }
    }

    private Costs(List<PastRequest> requests) {
        for (PastRequest request : requests) {
            Duration ran = request.ran();
            if (ran != null) {
                ofAll.add(ran.toNanos());
                byKey.computeIfAbsent(request.caller().key(), key -> new Mean()).add(ran.toNanos());
            }
        }
    }

    /** In nanoseconds, one for each request. */
    static long[] of(List<PastRequest> requests) {
        Costs costs = new Costs(requests);
        return requests.stream().mapToLong(costs::of).toArray();
    }

    private long of(PastRequest request) {
        Duration ran = request.ran();
        if (ran != null) {
            return ran.toNanos();
        }
        Mean ofKey = byKey.get(request.caller().key());
        long usual = ofAll.orElse(FIRST_GUESS);
        return ofKey != null && ofKey.count >= KNOWN ? ofKey.orElse(usual) : usual;
    }
}
