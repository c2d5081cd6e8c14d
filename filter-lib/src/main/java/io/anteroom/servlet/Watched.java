// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import io.anteroom.protocol.TicketView;

/** A ticket that can be watched, here or at another node. Safe from any thread; nothing of it blocks. */
interface Watched {
    TicketView.State state();

    int position();

    TicketView view(String url);

    /** Whether one more may watch it; {@link #unwatched} if so, once. */
    boolean watched();

    void unwatched();
}
