// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import io.anteroom.admission.Priority;
import io.anteroom.gateway.config.GatewayConfig.KnownCaller;
import io.anteroom.servlet.CallerPolicy;
import io.anteroom.servlet.Identity;
import io.anteroom.servlet.PolicySource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the callers of the configuration, and all others, may ask for. */
final class CallerPolicies implements PolicySource {
    private final Map<Identity, CallerPolicy> known = new HashMap<>();
    private final CallerPolicy strangers;

    CallerPolicies(List<KnownCaller> callers, boolean strangersMayRaise) {
        strangers = strangersMayRaise
                ? new CallerPolicy(Priority.NORMAL, Priority.CRITICAL, null, 1, null)
                : CallerPolicy.DEFAULT;
        for (KnownCaller caller : callers) {
            CallerPolicy policy = new CallerPolicy(caller.priority(), caller.priority(), null, caller.weight(), null);
            known.put(Identity.ofSha256(caller.keySha256()), policy);
        }
    }

    @Override
    public CallerPolicy of(Optional<Identity> identity) {
        return identity.map(known::get).orElse(strangers);
    }
}
