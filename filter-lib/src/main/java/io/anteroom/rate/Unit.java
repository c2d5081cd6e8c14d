// SPDX-License-Identifier: Apache-2.0
package io.anteroom.rate;

/** What a limit or a budget counts. */
public enum Unit {
    /** Requests. */
    REQUESTS,
    /** Tokens of language models: those of the prompt and those of the answer. */
    TOKENS,
    /** Money, in millionths of whatever the prices are in; budgets only. */
    COST
}
