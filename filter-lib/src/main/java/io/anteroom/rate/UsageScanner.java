// SPDX-License-Identifier: Apache-2.0
package io.anteroom.rate;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Reads JSON byte by byte in constant space and picks out the figures of {@code usage}: {@code usage.*} of OpenAI and
 * Anthropic, {@code message.usage.*} and {@code response.usage.*} of their streams, {@code prompt_eval_count} and
 * {@code eval_count} of Ollama. The last figure counts, as streams repeat them. Not thread-safe.
 */
final class UsageScanner {
    /** Longer names are none of ours. */
    private static final int MAX_NAME = 32;

    private static final int DEEPEST = 3;
    private static final long MOST = 1_000_000_000;

    private enum Name {
        OTHER,
        USAGE,
        /** Where streams put {@code usage}. */
        WRAPPER,
        INPUT,
        OUTPUT,
        TOTAL,
        CACHE_WRITTEN,
        CACHE_READ,
        OLLAMA_INPUT,
        OLLAMA_OUTPUT
    }

    private static final Map<String, Name> NAMES = Map.ofEntries(
            Map.entry("usage", Name.USAGE),
            Map.entry("message", Name.WRAPPER),
            Map.entry("response", Name.WRAPPER),
            Map.entry("prompt_tokens", Name.INPUT),
            Map.entry("input_tokens", Name.INPUT),
            Map.entry("completion_tokens", Name.OUTPUT),
            Map.entry("output_tokens", Name.OUTPUT),
            Map.entry("total_tokens", Name.TOTAL),
            Map.entry("cache_creation_input_tokens", Name.CACHE_WRITTEN),
            Map.entry("cache_read_input_tokens", Name.CACHE_READ),
            Map.entry("prompt_eval_count", Name.OLLAMA_INPUT),
            Map.entry("eval_count", Name.OLLAMA_OUTPUT));

    private final byte[] text = new byte[MAX_NAME];
    /** The name under which each open container stands, from the root at 1. */
    private final Name[] path = new Name[DEEPEST + 1];

    private int textLength;
    private int depth;
    private boolean isInText;
    private boolean isEscaped;
    private Name name = Name.OTHER;
    private long number = -1;
    private boolean isBroken;

    private long input = -1;
    private long output = -1;
    private long total = -1;
    private long cached;
    private long cacheWritten;
    private long texts;

    /** How many tokens the prompt has, or -1 if nobody has said so. */
    long input() {
        return input < 0 ? -1 : input + cached + cacheWritten;
    }

    /** How many tokens the answer has, or -1 if nobody has said so. */
    long output() {
        if (output >= 0) {
            return output;
        }
        return total >= 0 && input >= 0 ? Math.max(0, total - input) : -1;
    }

    /** How many JSON objects have begun that stand for themselves. */
    long texts() {
        return texts;
    }

    /** @param isLines whether each line stands for itself, whatever the one before it was */
    void next(byte one, boolean isLines) {
        if (isLines && (one == '\n' || one == '\r')) {
            endNumber();
            isInText = false;
            isEscaped = false;
            depth = 0;
            textLength = 0;
            name = Name.OTHER;
        } else if (isInText) {
            inText(one);
        } else {
            outside(one);
        }
    }

    private void inText(byte one) {
        if (isEscaped) {
            isEscaped = false;
            textLength = MAX_NAME + 1;
        } else if (one == '\\') {
            isEscaped = true;
        } else if (one == '"') {
            isInText = false;
        } else {
            if (textLength < MAX_NAME) {
                text[textLength] = one;
            }
            textLength = Math.min(textLength + 1, MAX_NAME + 1);
        }
    }

    private void outside(byte one) {
        if (one >= '0' && one <= '9') {
            digit(one - '0');
            return;
        }
        switch (one) {
            case '"' -> {
                isInText = true;
                textLength = 0;
            }
            case ':' -> name = depth <= DEEPEST ? named() : Name.OTHER;
            case '{', '[' -> open(one == '{');
            case '}', ']' -> {
                endNumber();
                depth = Math.max(0, depth - 1);
                name = Name.OTHER;
            }
            case ',' -> {
                endNumber();
                name = Name.OTHER;
            }
            case ' ', '\t', '\n', '\r' -> {}
            default -> isBroken = true;
        }
    }

    /** Fractions and negative numbers are no counts of tokens. */
    private void digit(int digit) {
        if (name != Name.OTHER) {
            number = Math.min(MOST, Math.max(0, number) * 10 + digit);
        }
    }

    private Name named() {
        isBroken = false;
        if (textLength > MAX_NAME) {
            return Name.OTHER;
        }
        String found = new String(text, 0, textLength, StandardCharsets.US_ASCII);
        return NAMES.getOrDefault(found, Name.OTHER);
    }

    private void open(boolean isObject) {
        depth++;
        if (depth == 1 && isObject) {
            texts++;
        }
        if (depth <= DEEPEST) {
            path[depth] = name;
        }
        name = Name.OTHER;
    }

    private void endNumber() {
        long ended = number;
        boolean isCount = ended >= 0 && !isBroken;
        number = -1;
        isBroken = false;
        if (!isCount) {
            return;
        }
        boolean isInUsage = (depth == 2 && path[2] == Name.USAGE)
                || (depth == DEEPEST && path[DEEPEST] == Name.USAGE && path[2] == Name.WRAPPER);
        if (isInUsage) {
            figure(ended);
        } else if (depth == 1) {
            ollama(ended);
        }
    }

    private void figure(long figure) {
        switch (name) {
            case INPUT -> input = figure;
            case OUTPUT -> output = figure;
            case TOTAL -> total = figure;
            case CACHE_WRITTEN -> cacheWritten = figure;
            case CACHE_READ -> cached = figure;
            default -> {
                // Some other figure.
            }
        }
    }

    private void ollama(long figure) {
        if (name == Name.OLLAMA_INPUT) {
            input = figure;
        } else if (name == Name.OLLAMA_OUTPUT) {
            output = figure;
        }
    }
}
