// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * A command on its way, and what is done with its answer.
 *
 * @param command what is asked
 * @param settle takes the answer in under the pool's lock
 * @param answer for whoever waits for it
 */
record Call(Command command, Consumer<Result> settle, CompletableFuture<Result> answer) {
    static final Consumer<Result> NOTHING = result -> {};

    Call(Command command, Consumer<Result> settle) {
        this(command, settle, new CompletableFuture<>());
    }

    /** To be called under the pool's lock, once. */
    void end(Result result) {
        settle.accept(result);
        answer.complete(result);
    }
}
