// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import io.anteroom.admission.Refusal;
import io.anteroom.protocol.Problem;
import io.anteroom.protocol.RateFields;
import io.anteroom.protocol.RateProblems;
import io.anteroom.rate.AnswerMeter;
import io.anteroom.rate.RateVerdict;
import io.anteroom.rate.Toll;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the rate limits say, in the terms of servlets. */
final class Tolls {
    private Tolls() {}

    /** What a client is told that may not go on. */
    static Problem problem(RateVerdict verdict) {
        if (verdict instanceof RateVerdict.Limited limited) {
            return RateProblems.limited(limited);
        }
        return verdict instanceof RateVerdict.Exhausted exhausted
                ? RateProblems.exhausted(exhausted)
                : RateProblems.unavailable();
    }

    /** The same for those who are told of events. */
    static Refusal refusal(RateVerdict verdict) {
        if (verdict instanceof RateVerdict.Limited limited) {
            return refusal(Refusal.Code.RATE_LIMITED, limited.limit().amount(), limited.retryAfter());
        }
        return verdict instanceof RateVerdict.Exhausted exhausted
                ? refusal(Refusal.Code.QUOTA, exhausted.budget().amount(), Duration.ZERO)
                : refusal(Refusal.Code.LIMITS_UNAVAILABLE, 0, Duration.ofSeconds(1));
    }

    private static Refusal refusal(Refusal.Code code, long limit, Duration retryAfter) {
        return new Refusal(code, 0, limit, Duration.ZERO, retryAfter, Optional.empty());
    }

    /** Tells how the limits stand, if any apply. */
    static void fields(HttpServletResponse response, Ask ask) {
        Toll toll = ask.toll();
        if (toll != null) {
            RateFields.of(toll.states(), ask.dialect(), Instant.now()).forEach(response::setHeader);
        }
    }

    /** What reads the answer along, or null if nobody needs to know what it uses. */
    static @Nullable AnswerMeter meter(Ask ask) {
        Toll toll = ask.toll();
        return toll == null ? null : toll.meter();
    }

    /** Tells the meter what the answer is, before its first byte. */
    static void begin(AnswerMeter meter, HttpServletResponse response) {
        if (!meter.hasBegun()) {
            meter.begin(response.getStatus(), response.getContentType(), response.getHeader("Content-Encoding"));
        }
    }
}
