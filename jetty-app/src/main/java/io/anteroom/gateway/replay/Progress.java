// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.replay;

/** Follows a replay; told every second. */
@FunctionalInterface
public interface Progress {
    /**
     * So far it is now.
     *
     * @param answered how many requests have been answered
     * @param all how many there are
     * @param waiting how many wait, if the gateway is ours
     * @param running how many the model works on
     */
    void at(int answered, int all, int waiting, int running);
}
