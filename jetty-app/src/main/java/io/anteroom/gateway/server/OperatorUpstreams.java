// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import io.anteroom.admin.api.UpstreamView;
import io.anteroom.gateway.upstream.Upstreams;
import java.util.List;

/** The backends as operators see them. Safe from any thread. */
final class OperatorUpstreams implements UpstreamView {
    private final Upstreams upstreams;
    private final DrainKeeper drains;

    /** @param drains remembers which of them are drained */
    OperatorUpstreams(Upstreams upstreams, DrainKeeper drains) {
        this.upstreams = upstreams;
        this.drains = drains;
    }

    @Override
    public List<Upstream> all() {
        return upstreams.views().stream().map(OperatorUpstreams::told).toList();
    }

    private static Upstream told(io.anteroom.gateway.upstream.UpstreamView view) {
        String error = view.lastError();
        return new Upstream(
                view.name(),
                view.group(),
                view.url().toString(),
                view.state(),
                view.breaker(),
                view.inFlight(),
                view.weight(),
                view.answered() + view.failed(),
                view.failed(),
                view.lastErrorAt(),
                error == null ? "" : error);
    }

    @Override
    public boolean drain(String id) {
        return drains.drain(id, true);
    }

    @Override
    public boolean undrain(String id) {
        return drains.drain(id, false);
    }

    @Override
    public boolean reset(String id) {
        return upstreams.resetBreaker(id);
    }
}
