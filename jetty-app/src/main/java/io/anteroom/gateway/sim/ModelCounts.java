// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.sim;

/**
 * What a simulated model server has seen.
 *
 * @param running how many it works on
 * @param waiting how many came while all slots were taken, and still wait inside the server
 * @param served answered to the end
 * @param cancelled given up by the client before the end
 * @param mostRunning the most that were there at once, running and waiting inside
 * @param overAdmissions how many came while all slots were taken: whoever stands before this server let in too many
 * @param tokens how many tokens it has made
 */
public record ModelCounts(
        int running, int waiting, long served, long cancelled, int mostRunning, long overAdmissions, long tokens) {}
