// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import io.anteroom.event.Notice;
import io.anteroom.event.NoticeListener;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;

/** Some nodes of one cluster in this JVM. */
final class Members implements AutoCloseable {
    final List<ClusterNode> nodes = new ArrayList<>();
    final List<Notice> notices = new CopyOnWriteArrayList<>();
    /** What a node told whose part it was, as gateways have it. */
    final List<Notice> told = new CopyOnWriteArrayList<>();

    private final List<Integer> ports;
    private final UnaryOperator<ClusterSettings.Builder> how;
    private final LongSupplier clock;

    Members(int count, LongSupplier clock, UnaryOperator<ClusterSettings.Builder> how) {
        this.ports = Ports.free(count);
        this.how = how;
        this.clock = clock;
        for (int i = 0; i < count; i++) {
            join(i);
        }
        Await.until(
                "all are there",
                () -> nodes.stream().allMatch(node -> node.nodes().size() == count));
    }

    ClusterNode join(int i) {
        List<String> members = ports.stream().map(port -> "127.0.0.1:" + port).toList();
        ClusterSettings settings = how.apply(ClusterSettings.of("n" + (i + 1))
                        .name("test-" + ports.get(0))
                        .listen("127.0.0.1", ports.get(i))
                        .members(members))
                .build();
        NoticeListener listener = notice -> {
            notices.add(notice);
            if (settings.node().equals(notice.facts().get("told_by"))) {
                told.add(notice);
            }
        };
        ClusterNode node = ClusterNode.join(settings, listener, clock);
        if (i < nodes.size()) {
            nodes.set(i, node);
        } else {
            nodes.add(node);
        }
        return node;
    }

    @Override
    public void close() {
        nodes.forEach(ClusterNode::close);
    }
}
