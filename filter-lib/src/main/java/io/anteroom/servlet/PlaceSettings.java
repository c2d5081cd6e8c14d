// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import io.anteroom.admission.Absence;
import java.time.Duration;

/**
 * How requests wait whose clients cannot be told anything meanwhile: held for a while, then refused with their place
 * kept, so that the client's own retry finds it again.
 *
 * @param jsonHold how long such a request is held at most, 100 ms to a day
 * @param holdPlace how long its place is kept after that, at most a day; zero for never
 * @param returnGrace how long a kept place stays first once its turn has come, at most an hour
 * @param maxKept how many places of one pool are kept at the same time
 */
public record PlaceSettings(Duration jsonHold, Duration holdPlace, Duration returnGrace, int maxKept) {
    private static final Duration DAY = Duration.ofDays(1);

    /** 55 s, below the minute after which the usual proxies and some SDKs give up; 2 minutes, 10 s, 1,000 places. */
    public static final PlaceSettings DEFAULT =
            new PlaceSettings(Duration.ofSeconds(55), Duration.ofSeconds(120), Duration.ofSeconds(10), 1000);

    /** Checks all bounds. */
    public PlaceSettings {
        DoorSettings.check("json-hold", jsonHold, Duration.ofMillis(100), DAY);
        DoorSettings.check("hold-place", holdPlace, Duration.ZERO, DAY);
        DoorSettings.check("return-grace", returnGrace, Duration.ZERO, Duration.ofHours(1));
        if (maxKept < 0) {
            throw new IllegalArgumentException("max-kept: " + maxKept + " (expected: at least 0)");
        }
    }

    /** The same with another hold. */
    public PlaceSettings withJsonHold(Duration jsonHold) {
        return new PlaceSettings(jsonHold, holdPlace, returnGrace, maxKept);
    }

    /** The same with places kept for another while; zero for never. */
    public PlaceSettings withHoldPlace(Duration holdPlace) {
        return new PlaceSettings(jsonHold, holdPlace, returnGrace, maxKept);
    }

    /** The same with another grace. */
    public PlaceSettings withReturnGrace(Duration returnGrace) {
        return new PlaceSettings(jsonHold, holdPlace, returnGrace, maxKept);
    }

    /** The same with another bound. */
    public PlaceSettings withMaxKept(int maxKept) {
        return new PlaceSettings(jsonHold, holdPlace, returnGrace, maxKept);
    }

    Absence absence() {
        return new Absence(holdPlace, returnGrace, maxKept);
    }
}
