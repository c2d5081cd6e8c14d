// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import com.hazelcast.cluster.Member;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Hazelcast's members as the nodes that they are, and where to knock to find out whether one lives. */
final class Doors {
    private Doors() {}

    static Map<NodeView, Optional<InetSocketAddress>> of(Set<Member> members) {
        Map<NodeView, Optional<InetSocketAddress>> doors = new HashMap<>();
        members.forEach(member -> doors.put(view(member), Optional.ofNullable(address(member))));
        return doors;
    }

    static NodeView view(Member member) {
        String name = member.getAttribute(HazelcastConfig.NODE);
        String session = member.getAttribute(HazelcastConfig.SESSION);
        String address =
                member.getAddress().getHost() + ":" + member.getAddress().getPort();
        return new NodeView(name == null ? address : name, session == null ? 0 : Long.parseLong(session), address);
    }

    private static @Nullable InetSocketAddress address(Member member) {
        try {
            return member.getAddress().getInetSocketAddress();
        } catch (UnknownHostException e) {
            return null;
        }
    }
}
