// SPDX-License-Identifier: Apache-2.0
package io.anteroom.webhook;

import io.anteroom.event.Notice;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Set;

/**
 * Somebody who is told of notices by HTTP. Its signing secret is not among this: the settings can be read by more
 * people than may sign.
 *
 * @param url where to, {@code https://} or {@code http://}, without user, password and fragment; whether a sender may
 *     go there is the sender's decision
 * @param events what it is told: types of notices, or groups of them as {@code queue.*}, or {@code *}
 * @param pools the pools whose notices it is told; empty for all. Notices that are about no pool are told anyway
 * @param enabled whether anything is sent
 * @param format the body
 */
public record WebhookSettings(
        String url, List<String> events, List<String> pools, boolean enabled, WebhookFormat format) {
    /** The longest address. */
    public static final int LONGEST_URL = 2048;

    /** The most entries of {@code events}, and of {@code pools}. */
    public static final int MOST_NAMES = 256;

    private static final String ANYTHING = "*";
    private static final Set<String> SCHEMES = Set.of("http", "https");

    /**
     * Copies the lists and checks everything.
     *
     * @throws IllegalArgumentException as {@code key: value (expected: ...)}
     */
    public WebhookSettings {
        checkUrl(url);
        events = List.copyOf(events);
        pools = List.copyOf(pools);
        if (events.isEmpty() || events.size() > MOST_NAMES) {
            throw new IllegalArgumentException(
                    "events: " + events.size() + " entries (expected: from 1 to " + MOST_NAMES + ")");
        }
        if (pools.size() > MOST_NAMES) {
            throw new IllegalArgumentException(
                    "pools: " + pools.size() + " entries (expected: at most " + MOST_NAMES + ")");
        }
        events.forEach(WebhookSettings::checkEvent);
    }

    /** All notices of all pools, in the standard form. */
    public static WebhookSettings to(String url) {
        return new WebhookSettings(url, List.of(ANYTHING), List.of(), true, WebhookFormat.STANDARD);
    }

    /** The same with other events. */
    public WebhookSettings withEvents(String... events) {
        return new WebhookSettings(url, List.of(events), pools, enabled, format);
    }

    /** The same for other pools. */
    public WebhookSettings withPools(List<String> pools) {
        return new WebhookSettings(url, events, pools, enabled, format);
    }

    /** The same with another body. */
    public WebhookSettings withFormat(WebhookFormat format) {
        return new WebhookSettings(url, events, pools, enabled, format);
    }

    /** The same switched on or off. */
    public WebhookSettings withEnabled(boolean enabled) {
        return new WebhookSettings(url, events, pools, enabled, format);
    }

    /** Where to. */
    public URI uri() {
        return URI.create(url);
    }

    /** Where to as everybody may know it: many receivers take what stands after the host as their password. */
    public String publicUrl() {
        return publicUrl(url);
    }

    /** The same of a text that is an address: scheme, host and port, and an ellipsis for what follows. */
    public static String publicUrl(String url) {
        int scheme = url.indexOf("://");
        int rest = scheme < 0 ? 0 : scheme + 3;
        while (rest < url.length() && "/?#\\".indexOf(url.charAt(rest)) < 0 && scheme >= 0) {
            rest++;
        }
        boolean isAll =
                scheme >= 0 && (rest == url.length() || url.substring(rest).equals("/"));
        return isAll ? url : url.substring(0, rest) + (scheme < 0 ? "…" : "/…");
    }

    /** Whether it is told of this. */
    public boolean wants(Notice notice) {
        boolean isOfOthers =
                notice.facts().get(Notice.POOL) instanceof String pool && !pools.isEmpty() && !pools.contains(pool);
        return enabled && !isOfOthers && events.stream().anyMatch(glob -> fits(glob, notice.type()));
    }

    private static boolean fits(String glob, String type) {
        return glob.equals(ANYTHING)
                || glob.equals(type)
                || (glob.endsWith(".*") && type.startsWith(glob.substring(0, glob.length() - 1)));
    }

    private static void checkEvent(String glob) {
        if (Notice.TYPES.stream().noneMatch(type -> fits(glob, type))) {
            throw new IllegalArgumentException("events: " + glob + " (expected: *, a group as queue.*, or one of "
                    + String.join(", ", Notice.TYPES) + ")");
        }
    }

    private static void checkUrl(String url) {
        if (url.length() > LONGEST_URL) {
            throw refused(url.substring(0, 100) + "...", "at most " + LONGEST_URL + " characters");
        }
        URI uri;
        try {
            uri = new URI(url);
        } catch (URISyntaxException e) {
            throw refused(url, "an address as https://example.com/hook");
        }
        if (uri.getRawUserInfo() != null || (url.indexOf('@') >= 0 && uri.getHost() == null)) {
            // Not repeated: it may be a password.
            throw refused("with user or password", "none of these, the signature proves the sender");
        }
        if (uri.getScheme() == null || !SCHEMES.contains(uri.getScheme()) || uri.getHost() == null) {
            throw refused(url, "an address as https://example.com/hook");
        }
        if (uri.getRawFragment() != null) {
            throw refused(url, "no #fragment");
        }
        if (uri.getPort() == 0 || uri.getPort() > 65_535) {
            throw refused(url, "a port from 1 to 65535");
        }
    }

    private static IllegalArgumentException refused(String value, String expected) {
        return new IllegalArgumentException("url: " + value + " (expected: " + expected + ")");
    }
}
