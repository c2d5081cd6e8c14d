// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.analytics;

final class MemoryAnalyticsStoreTest extends AnalyticsStoreTest {
    @Override
    protected AnalyticsStore create() {
        return new MemoryAnalyticsStore();
    }
}
