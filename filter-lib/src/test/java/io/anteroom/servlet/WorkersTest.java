// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class WorkersTest {
    private static final int USUAL = 4;

    @Test
    void execute_allThreadsStuck_goesOnWithOthers() throws Exception {
        Workers workers = new Workers(USUAL, 64, null);
        CountDownLatch reads = new CountDownLatch(1);
        CountDownLatch written = new CountDownLatch(1);
        for (int i = 0; i < 5 * USUAL; i++) {
            workers.execute(() -> await(reads));
        }
        workers.execute(written::countDown);

        boolean isWritten = false;
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!isWritten && System.nanoTime() - deadline < 0) {
            workers.look(System.nanoTime());
            isWritten = written.await(100, TimeUnit.MILLISECONDS);
        }

        assertThat(isWritten).isTrue();
        reads.countDown();
        workers.close();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
