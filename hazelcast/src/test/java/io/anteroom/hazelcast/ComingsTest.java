// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.cluster.Cluster;
import com.hazelcast.cluster.Member;
import com.hazelcast.cluster.MembershipEvent;
import io.anteroom.event.Notice;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who tells that a node has come or gone, also where the one whose part that is has gone with it. */
final class ComingsTest {
    private static final Duration SILENT_AFTER = Duration.ofSeconds(5);

    /** Whose members events are made of; nothing happens to them. */
    private static Members members;

    private Lookout lookout;
    private Comings comings;
    private final List<Notice> notices = new ArrayList<>();
    private final long[] now = {0};

    @BeforeAll
    static void join() {
        members = new Members(4, System::nanoTime, how -> how);
    }

    @AfterAll
    static void leave() {
        members.close();
    }

    @BeforeEach
    void begin() {
        lookout = new Lookout(() -> now[0], Duration.ZERO, Duration.ZERO);
        comings = new Comings(lookout, notices::add, () -> {}, SILENT_AFTER, () -> now[0]);
        lookout.sees(Doors.of(all("n1", "n2", "n3", "n4")));
    }

    private Cluster cluster() {
        return members.nodes.get(3).hazelcast().getCluster();
    }

    private Member member(String name) {
        return cluster().getMembers().stream()
                .filter(member -> Doors.view(member).name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private Set<Member> all(String... names) {
        Set<Member> all = new LinkedHashSet<>();
        for (String name : names) {
            all.add(member(name));
        }
        return all;
    }

    private void goes(String name, String... left) {
        comings.memberRemoved(new MembershipEvent(cluster(), member(name), MembershipEvent.MEMBER_REMOVED, all(left)));
    }

    private void comes(String name, String... there) {
        comings.memberAdded(new MembershipEvent(cluster(), member(name), MembershipEvent.MEMBER_ADDED, all(there)));
    }

    /** What is told, by whom. */
    private List<String> told() {
        return notices.stream()
                .map(notice -> notice.facts().get("told_by") + ": " + notice.type() + " " + notice.subject())
                .toList();
    }

    @Test
    void removed_whoWouldTellItIsRemovedNext_isToldByTheNext() {
        goes("n3", "n1", "n2", "n4");
        now[0] += SILENT_AFTER.toNanos();
        goes("n1", "n2", "n4");

        assertThat(told()).containsExactly("n1: node.left n3", "n2: node.left n3", "n2: node.left n1");
        assertThat(notices.get(1).facts()).isEqualTo(Map.of("node", "n3", "nodes", 3, "told_by", "n2"));
    }

    @Test
    void removed_eldestThreeOneAfterTheOther_areAllToldByWhoIsLeft() {
        goes("n1", "n2", "n3", "n4");
        goes("n2", "n3", "n4");
        goes("n3", "n4");

        assertThat(told()).contains("n4: node.left n1", "n4: node.left n2", "n4: node.left n3");
        assertThat(told().stream().filter(one -> one.startsWith("n4"))).hasSize(3);
    }

    @Test
    void added_whoWouldTellItIsRemovedNext_isToldByTheNext() {
        comes("n4", "n1", "n2", "n3", "n4");
        goes("n1", "n2", "n3", "n4");

        assertThat(told()).containsExactly("n1: node.joined n4", "n2: node.joined n4", "n2: node.left n1");
    }

    @Test
    void removed_longAfter_orAnother_isToldOnce() {
        goes("n3", "n1", "n2", "n4");
        goes("n4", "n1", "n2");
        now[0] += 2 * SILENT_AFTER.toNanos() + 1;
        goes("n1", "n2");

        assertThat(told()).containsExactly("n1: node.left n3", "n1: node.left n4", "n2: node.left n1");
    }

    @Test
    void removed_eldestLeavesInGoodOrder_hasToldAll() {
        comes("n4", "n1", "n2", "n3", "n4");
        lookout.leaves(Doors.view(member("n1")).session());
        goes("n1", "n2", "n3", "n4");

        assertThat(told()).containsExactly("n1: node.joined n4", "n2: node.left n1");
    }

    @Test
    void cluster_eldestAndAnotherAreLostTogether_bothAreTold() {
        try (Members four = new Members(4, System::nanoTime, how -> how)) {
            CountDownLatch both = new CountDownLatch(2);
            for (int i : List.of(0, 2)) {
                new Thread(() -> {
                            both.countDown();
                            while (both.getCount() > 0) {
                                Thread.onSpinWait();
                            }
                            four.nodes.get(i).close();
                        })
                        .start();
            }

            Await.until(
                    "both losses are told", () -> isToldByOneLeft(four.told, "n1") && isToldByOneLeft(four.told, "n3"));
        }
    }

    private static boolean isToldByOneLeft(List<Notice> told, String gone) {
        return told.stream()
                .anyMatch(notice -> notice.type().equals(Notice.NODE_LEFT)
                        && notice.subject().equals(gone)
                        && Set.of("n2", "n4").contains(notice.facts().get("told_by")));
    }
}
