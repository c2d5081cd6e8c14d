// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web;

/** Answers requests to one route. Called from many threads at once. */
@FunctionalInterface
public interface Page {
    /**
     * Answers a request whose sender may make it.
     *
     * @throws PageException to answer with an error page
     */
    Answer answer(PageRequest request);
}
