// SPDX-License-Identifier: Apache-2.0
package io.anteroom.event;

/** Told what deserves somebody's attention, on the thread where it happens: it must be quick and must not block. */
@FunctionalInterface
public interface NoticeListener {
    /** Tells nobody. */
    NoticeListener NOBODY = notice -> {};

    /** Something deserves attention. */
    void on(Notice notice);
}
