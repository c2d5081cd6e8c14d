// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import com.hazelcast.cluster.Member;
import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.cluster.MembershipListener;
import io.anteroom.event.Notice;
import io.anteroom.event.NoticeListener;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Takes in who comes and goes, and tells it. Every node that sees it does; the name of the one that has been in the
 * cluster for longest comes with it, so that one can tell others for all. If that one is lost soon after, it may have
 * been lost before it could tell anybody: then all tell it again with the name of the next. So what happens shortly
 * before the loss of the eldest may be told twice, and never not at all. Safe from any thread.
 */
final class Comings implements MembershipListener {
    private static final Logger LOG = System.getLogger(Comings.class.getName());
    /** A few clusters' worth of nodes: more come and go in a few seconds only where something else is wrong. */
    private static final int MOST_REMEMBERED = 300;
    /** Two that are lost together are taken out one after the other, by silence or by a word of another node. */
    private static final int SILENCES = 2;

    private static final String TOLD_BY = "told_by";

    private final Lookout lookout;
    private final NoticeListener notices;
    private final Runnable look;
    private final long togetherNanos;
    private final LongSupplier nanoClock;
    /** What was told lately, the oldest first. */
    private final Deque<Told> lately = new ArrayDeque<>();

    /** Something that was told, and whose part it was to tell others. */
    private record Told(Notice notice, long teller, long atNanos) {}

    /**
     * Takes in what comes.
     *
     * @param look called after each change
     * @param silentAfter after which a node of which nothing is heard is taken out
     */
    Comings(Lookout lookout, NoticeListener notices, Runnable look, Duration silentAfter, LongSupplier nanoClock) {
        this.lookout = lookout;
        this.notices = notices;
        this.look = look;
        this.togetherNanos = silentAfter.multipliedBy(SILENCES).toNanos();
        this.nanoClock = nanoClock;
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
        long gone = Doors.view(event.getMember()).session();
        // Who leaves in good order has told all that there was to tell.
        List<Notice> untold = lookout.isLeaving(gone) ? List.of() : untold(gone, event.getMembers());
        lookout.sees(Doors.of(event.getMembers()));
        untold.forEach(notices::on);
        changed(Notice.NODE_LEFT, event, Map.of());
    }

    private void changed(String type, MembershipEvent event, Map<String, Object> more) {
        NodeView node = Doors.view(event.getMember());
        int nodes = event.getMembers().size();
        LOG.log(Level.INFO, "cluster: " + type + ": " + node.name() + ", nodes now: " + nodes);
        Map<String, Object> facts = new HashMap<>(more);
        facts.put("node", node.name());
        facts.put("nodes", nodes);
        notices.on(toldBy(event.getMembers(), new Notice(type, node.name(), facts)));
        look.run();
    }

    /** The members come in the order in which they joined. */
    private synchronized Notice toldBy(Set<Member> members, Notice notice) {
        if (members.isEmpty()) {
            return notice;
        }
        NodeView eldest = Doors.view(members.iterator().next());
        Map<String, Object> facts = new HashMap<>(notice.facts());
        facts.put(TOLD_BY, eldest.name());
        Notice told = new Notice(notice.type(), notice.subject(), facts);
        if (lately.size() >= MOST_REMEMBERED) {
            lately.removeFirst();
        }
        lately.addLast(new Told(told, eldest.session(), nanoClock.getAsLong()));
        return told;
    }

    /** What was one's part to tell that may have been lost before it could. */
    private synchronized List<Notice> untold(long teller, Set<Member> members) {
        long now = nanoClock.getAsLong();
        lately.removeIf(one -> now - one.atNanos() > togetherNanos);
        List<Notice> untold = new ArrayList<>();
        for (Iterator<Told> each = lately.iterator(); each.hasNext(); ) {
            Told one = each.next();
            if (one.teller() == teller) {
                each.remove();
                untold.add(one.notice());
            }
        }
        untold.replaceAll(notice -> toldBy(members, notice));
        return untold;
    }
}
