// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the token of the first start is, and from when on it is there no more. */
final class SetUpTest {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-11-21T09:00:00Z"));

    @TempDir
    private Path directory;

    private SetUp setUp() {
        return new SetUp(file(), new Secrets(), CLOCK);
    }

    private Path file() {
        return directory.resolve("set-up.token");
    }

    private String token() throws IOException {
        return Files.readString(file()).strip();
    }

    @Test
    void close_tokenThatNobodyUsed_goesWithItsFile() throws Exception {
        SetUp setUp = setUp();
        setUp.isNeeded();
        String token = token();
        assertThat(setUp.fits(token)).isTrue();

        setUp.close();

        assertThat(file()).doesNotExist();
        assertThat(setUp.fits(token)).isFalse();
    }

    @Test
    void isNeeded_afterClose_writesNothing() {
        SetUp setUp = setUp();
        setUp.isNeeded();
        setUp.close();

        setUp.isNeeded();

        assertThat(file()).doesNotExist();
    }

    @Test
    void close_nextServerHasStartedAlready_leavesItItsToken() throws Exception {
        SetUp old = setUp();
        old.isNeeded();
        SetUp next = setUp();
        next.isNeeded();

        old.close();

        assertThat(next.fits(token())).isTrue();
    }

    @Test
    void isNeeded_afterARestart_writesATokenThatFits() throws Exception {
        SetUp old = setUp();
        old.isNeeded();
        String first = token();
        old.close();
        SetUp next = setUp();

        next.isNeeded();

        assertThat(next.fits(token())).isTrue();
        assertThat(next.fits(first)).isFalse();
    }
}
