// SPDX-License-Identifier: Apache-2.0
package io.anteroom.rate;

import java.util.Locale;

/**
 * Names of models as routes, limits and prices compare them. Ollama takes a name in any case, and for {@code llama3}
 * also {@code llama3:latest}, {@code library/llama3} and {@code registry.ollama.ai/library/llama3:latest}; whoever may
 * use only so much of a model must not find a second one by writing it otherwise. Backends get what the client wrote.
 */
public final class ModelName {
    private static final String HOST = "registry.ollama.ai/";
    private static final String LIBRARY = "library/";
    private static final String LATEST = ":latest";

    private ModelName() {}

    /** The shortest form of a name, in lower case: the same for all spellings of one model. */
    public static String canonical(String name) {
        String folded = name.toLowerCase(Locale.ROOT);
        int scheme = folded.indexOf("://");
        int from = start(folded, scheme < 0 ? 0 : scheme + 3);
        int to = folded.length();
        if (to - from > LATEST.length() && folded.endsWith(LATEST)) {
            to -= LATEST.length();
        }
        return folded.substring(from, to);
    }

    /**
     * Whether a model fits {@code exact}, {@code prefix*} or {@code *}, however either is spelt.
     *
     * @param pattern what an operator wrote
     * @param name a name's {@link #canonical} form
     */
    public static boolean fits(String pattern, String name) {
        int from = start(pattern, 0);
        int to = pattern.length();
        if (to > 0 && pattern.charAt(to - 1) == '*') {
            boolean isOfLibrary = from > 0 && pattern.regionMatches(true, from - LIBRARY.length(), LIBRARY, 0, 8);
            return begins(pattern, from, to - 1, name) && !(isOfLibrary && name.indexOf('/') >= 0);
        }
        if (to - from > LATEST.length()
                && pattern.regionMatches(true, to - LATEST.length(), LATEST, 0, LATEST.length())) {
            to -= LATEST.length();
        }
        return to - from == name.length() && pattern.regionMatches(true, from, name, 0, to - from);
    }

    /** How much of names a pattern lays down: the more it is, the closer the pattern is to one model. */
    public static int closeness(String pattern) {
        return pattern.length() - start(pattern, 0);
    }

    /** A name without a tag begins with {@code name:lat} too, because its tag is {@code latest}. */
    private static boolean begins(String pattern, int from, int to, String name) {
        int length = to - from;
        int common = Math.min(length, name.length());
        if (!pattern.regionMatches(true, from, name, 0, common)) {
            return false;
        }
        int rest = length - common;
        boolean isUntagged = name.indexOf(':', name.lastIndexOf('/') + 1) < 0;
        return rest == 0
                || (isUntagged
                        && rest <= LATEST.length()
                        && pattern.regionMatches(true, from + common, LATEST, 0, rest));
    }

    /** Where the part begins that Ollama does not add by itself; that is never nothing. */
    private static int start(String text, int from) {
        int start = from;
        if (text.length() - start > HOST.length() && text.regionMatches(true, start, HOST, 0, HOST.length())) {
            start += HOST.length();
        }
        if (text.length() - start > LIBRARY.length() && text.regionMatches(true, start, LIBRARY, 0, LIBRARY.length())) {
            start += LIBRARY.length();
        }
        return start;
    }
}
