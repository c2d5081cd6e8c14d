// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.admin.store.Database;
import io.anteroom.event.NoticeListener;
import io.anteroom.gateway.config.ConfigReader;
import io.anteroom.gateway.config.UpstreamGroups;
import io.anteroom.gateway.upstream.Surroundings;
import io.anteroom.gateway.upstream.UpstreamView;
import io.anteroom.gateway.upstream.Upstreams;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DrainKeeperTest {
    private static final String BOTH = "{name: a, url: 'http://a:1'}, {name: b, url: 'http://b:1'}";

    @TempDir
    private Path folder;

    private Database database;

    @BeforeEach
    void open() {
        database = Database.inDirectory(folder.resolve("data"));
    }

    @AfterEach
    void close() {
        database.close();
    }

    /** A gateway, as far as its backends go. */
    private final class Node {
        private final Upstreams upstreams;
        private final DrainKeeper keeper;

        Node(String backends) {
            upstreams = new Upstreams(groups(backends), Surroundings.real(url -> 0, NoticeListener.NOBODY));
            keeper = new DrainKeeper(upstreams, database, InstantSource.system());
            keeper.tick();
        }

        List<String> states() {
            return upstreams.views().stream().map(UpstreamView::state).toList();
        }

        void file(String backends) {
            upstreams.apply(groups(backends));
            keeper.tick();
        }
    }

    private static UpstreamGroups groups(String backends) {
        try {
            return new ConfigReader(name -> null)
                    .parse("upstreams: {g: {backends: [" + backends + "]}}")
                    .upstream();
        } catch (Exception e) {
            throw new IllegalArgumentException(e);
        }
    }

    @Test
    void drained_survivesARestart_andSoDoesUsingItAgain() {
        assertThat(new Node(BOTH).keeper.drain("b", true)).isTrue();

        Node restarted = new Node(BOTH);
        assertThat(restarted.states()).containsExactly("up", "drained");
        assertThat(restarted.keeper.drain("b", false)).isTrue();

        assertThat(new Node(BOTH).states()).containsExactly("up", "up");
    }

    @Test
    void usedAgainstTheFile_survivesARestart() {
        String filed = BOTH.replace("b:1'", "b:1', drain: true");
        Node node = new Node(filed);
        assertThat(node.states()).containsExactly("up", "drained");

        node.keeper.drain("b", false);

        assertThat(new Node(filed).states()).containsExactly("up", "up");
    }

    @Test
    void drained_countsAtTheOthersToo() {
        Node one = new Node(BOTH);
        Node two = new Node(BOTH);

        one.keeper.drain("a", true);
        two.keeper.tick();
        assertThat(two.states()).containsExactly("drained", "up");

        two.keeper.drain("a", false);
        assertThat(two.states()).containsExactly("up", "up");
        one.keeper.tick();
        assertThat(one.states()).containsExactly("up", "up");
    }

    @Test
    void fileThatChanges_hasTheLastWord_forGood() {
        Node node = new Node(BOTH);
        node.keeper.drain("b", true);

        node.file(BOTH.replace("b:1'", "b:1', drain: true"));
        assertThat(node.states()).containsExactly("up", "drained");
        node.file(BOTH);

        assertThat(node.states()).containsExactly("up", "up");
        assertThat(new Node(BOTH).states()).containsExactly("up", "up");
    }

    @Test
    void anotherBackendByThatName_isNotMeant_butTheSameOneIsWhenItComesBack() {
        Node node = new Node(BOTH);
        node.keeper.drain("b", true);

        node.file(BOTH.replace("b:1", "c:1"));
        assertThat(node.states()).containsExactly("up", "up");
        node.file(BOTH);

        assertThat(node.states()).containsExactly("up", "drained");
    }

    @Test
    void unknownBackend_isNotDrained() {
        assertThat(new Node(BOTH).keeper.drain("c", true)).isFalse();
        assertThat(new Node(BOTH).states()).containsExactly("up", "up");
    }

    @Test
    void saidByTheHostItself_isLeftAlone() {
        Node node = new Node(BOTH);

        node.upstreams.drain("a");
        node.keeper.tick();

        assertThat(node.states()).containsExactly("drained", "up");
    }

    @Test
    void databaseThatFails_drainsAllTheSame_andIsMadeGood() throws Exception {
        // A file where the directory belongs.
        Path data = folder.resolve("later");
        Files.writeString(data, "");
        database.close();
        database = Database.inDirectory(data);
        Node node = new Node(BOTH);

        assertThat(node.keeper.drain("b", true)).isTrue();
        assertThat(node.states()).containsExactly("up", "drained");
        node.keeper.tick();
        Files.delete(data);
        node.keeper.tick();

        assertThat(new Node(BOTH).states()).containsExactly("up", "drained");
    }

    @Test
    void withoutADatabase_countsUntilTheEnd() {
        Upstreams upstreams = new Upstreams(groups(BOTH), Surroundings.real(url -> 0, NoticeListener.NOBODY));
        DrainKeeper keeper = new DrainKeeper(upstreams, null, InstantSource.system());

        assertThat(keeper.drain("a", true)).isTrue();
        keeper.tick();

        assertThat(upstreams.views()).extracting(UpstreamView::state).containsExactly("drained", "up");
    }
}
