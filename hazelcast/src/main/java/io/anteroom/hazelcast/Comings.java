// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.cluster.MembershipListener;
import io.anteroom.event.Notice;
import io.anteroom.event.NoticeListener;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.Map;

/**
 * Takes in who comes and goes, and tells it. Every node that sees it does; the name of the one that has been in the
 * cluster for longest comes with it, so that one can tell others for all. Safe from any thread.
 */
final class Comings implements MembershipListener {
    private static final Logger LOG = System.getLogger(Comings.class.getName());

    private final Lookout lookout;
    private final NoticeListener notices;
    private final Runnable look;

    /** @param look called after each change */
    Comings(Lookout lookout, NoticeListener notices, Runnable look) {
        this.lookout = lookout;
        this.notices = notices;
        this.look = look;
    }

    @Override
    public void memberAdded(MembershipEvent event) {
        NodeView node = Doors.view(event.getMember());
        boolean wasCutOff = lookout.misses(node.session());
        lookout.sees(Doors.of(event.getMembers()));
        changed(Notice.NODE_JOINED, event, wasCutOff ? Map.of("merged", true) : Map.of());
    }

    @Override
    public void memberRemoved(MembershipEvent event) {
        lookout.sees(Doors.of(event.getMembers()));
        changed(Notice.NODE_LEFT, event, Map.of());
    }

    private void changed(String type, MembershipEvent event, Map<String, Object> more) {
        NodeView node = Doors.view(event.getMember());
        int nodes = event.getMembers().size();
        LOG.log(Level.INFO, "cluster: " + type + ": " + node.name() + ", nodes now: " + nodes);
        Map<String, Object> facts = new HashMap<>(more);
        facts.put("node", node.name());
        facts.put("nodes", nodes);
        // The members come in the order in which they joined.
        event.getMembers().stream()
                .findFirst()
                .ifPresent(eldest -> facts.put("told_by", Doors.view(eldest).name()));
        notices.on(new Notice(type, node.name(), facts));
        look.run();
    }
}
