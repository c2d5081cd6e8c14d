// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A few kills; {@code bench/crash-deliveries} makes two hundred. */
final class CrashDeliveriesTest {
    @TempDir
    private Path directory;

    @Test
    void killedAtRandom_everyAcceptedEventArrives() throws Exception {
        CrashDeliveries.Result result = CrashDeliveries.run(directory, 2, 7);

        assertThat(result.isWhole()).as(result.toString()).isTrue();
    }
}
