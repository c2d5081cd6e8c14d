// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.access;

/** What a request says of who sends it. */
public sealed interface Authentication {
    /**
     * It is known.
     *
     * @param principal who sends it
     */
    record Known(Principal principal) implements Authentication {}

    /**
     * It is not known.
     *
     * @param why what is wrong with what it showed, or that it showed nothing, for whoever sends it
     */
    record Nobody(String why) implements Authentication {}
}
