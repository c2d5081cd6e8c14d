// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.webhook;

import io.anteroom.net.Cidr;
import java.net.IDN;
import java.net.InetAddress;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where deliveries may go. By default to public addresses by HTTPS, ports 443 and 8443. Whoever runs the server can
 * allow more, and nobody who only edits the settings can: what is allowed is read from the server's own file.
 * Immutable.
 */
public final class SendGuard {
    /** The ports that are allowed by default. */
    public static final Set<Integer> USUAL_PORTS = Set.of(443, 8443);

    /** Public addresses only, by HTTPS on the usual ports. */
    public static final SendGuard USUAL = of(List.of(), USUAL_PORTS);

    private static final Pattern HOST =
            Pattern.compile("[a-z0-9_]([a-z0-9_-]{0,62}[a-z0-9_])?" + "(\\.[a-z0-9_]([a-z0-9_-]{0,62}[a-z0-9_])?)*");
    private static final Pattern DOTTED =
            Pattern.compile("(25[0-5]|2[0-4]\\d|1?\\d?\\d)(\\.(25[0-5]|2[0-4]\\d|1?\\d?\\d)){3}");
    private static final Pattern ENDS_IN_NUMBER = Pattern.compile("(.*\\.)?(\\d+|0x[0-9a-f]*)");

    private final List<Cidr> blocks;
    private final Set<String> hosts;
    private final Set<Integer> ports;
    private final List<X509Certificate> authorities;

    private SendGuard(List<Cidr> blocks, Set<String> hosts, Set<Integer> ports, List<X509Certificate> authorities) {
        this.blocks = blocks;
        this.hosts = hosts;
        this.ports = ports;
        this.authorities = authorities;
    }

    /**
     * Allows more.
     *
     * @param allow IP blocks that may be sent to, and names of hosts that may be sent to without TLS; the addresses of
     *     these names must be public or in one of the blocks all the same
     * @param ports the ports
     * @throws IllegalArgumentException naming what cannot be read
     */
    public static SendGuard of(List<String> allow, Set<Integer> ports) {
        List<Cidr> blocks = new ArrayList<>();
        Set<String> hosts = new TreeSet<>();
        for (String entry : allow) {
            String host = entry.toLowerCase(Locale.ROOT);
            if (HOST.matcher(host).matches() && !ENDS_IN_NUMBER.matcher(host).matches()) {
                hosts.add(host);
            } else {
                blocks.add(block(entry));
            }
        }
        for (int port : ports) {
            if (port < 1 || port > 65_535) {
                throw new IllegalArgumentException(
                        "webhooks.ports: " + port + " (expected: a whole number from 1 to 65535)");
            }
        }
        return new SendGuard(List.copyOf(blocks), Set.copyOf(hosts), Set.copyOf(ports), List.of());
    }

    private static Cidr block(String entry) {
        try {
            return Cidr.parse(entry);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "webhooks.allow: " + entry + " (expected: an IP block as 10.0.0.0/8, or the name of a host)", e);
        }
    }

    /**
     * The same, which takes certificates of these authorities as well as of the JVM's.
     *
     * @param pem their certificates in PEM
     * @throws IllegalArgumentException if it holds none
     */
    public SendGuard trusting(String pem) {
        return new SendGuard(blocks, hosts, ports, Tls.read(pem));
    }

    /** Whose certificates are taken besides those of the JVM's authorities. */
    List<X509Certificate> authorities() {
        return authorities;
    }

    /** Why nothing may be sent to this address, as far as it can be told without asking for names; or null. */
    public @Nullable String refusal(URI url) {
        String host = hostOf(url);
        if (host == null) {
            return "url: no host that can be used (expected: an address as https://example.com/hook)";
        }
        if (url.getRawUserInfo() != null) {
            return "url: with user or password (expected: none of these)";
        }
        boolean isTls = "https".equals(url.getScheme());
        byte @Nullable [] literal = literal(host);
        if (!isTls && !hosts.contains(host) && !(literal != null && isAllowed(literal))) {
            return "url: without TLS (expected: https, or a host in webhooks.allow of the server's configuration)";
        }
        int port = url.getPort() >= 0 ? url.getPort() : isTls ? 443 : 80;
        if (!ports.contains(port)) {
            return "url: port " + port + " (expected: one of " + new TreeSet<>(ports)
                    + ", which webhooks.ports of the server's configuration can change)";
        }
        if (literal != null) {
            return refusal(literal);
        }
        if (ENDS_IN_NUMBER.matcher(host).matches()) {
            return "url: a number as host (expected: a name, or an IP address in its usual form)";
        }
        boolean isLocal = host.equals("localhost") || host.endsWith(".localhost");
        return isLocal && !isAllowed(new byte[] {127, 0, 0, 1}) ? blocked("loopback (localhost)") : null;
    }

    /** Why nothing may be sent to a host with these addresses, or null. One that is not allowed blocks all of them. */
    @Nullable String refusal(InetAddress[] addresses) {
        if (addresses.length == 0) {
            return "the host has no address";
        }
        for (InetAddress address : addresses) {
            String refusal = refusal(address.getAddress());
            if (refusal != null) {
                return refusal;
            }
        }
        return null;
    }

    private @Nullable String refusal(byte[] address) {
        if (isAllowed(address)) {
            return null;
        }
        String rule = AddressRules.against(address);
        return rule == null ? null : blocked(rule);
    }

    /** Names the rule, and not the address that was found: that is nobody's business who cannot ask the DNS here. */
    private static String blocked(String rule) {
        return "blocked by the rule " + rule + " (expected: public addresses, or those in webhooks.allow of the"
                + " server's configuration)";
    }

    private boolean isAllowed(byte[] address) {
        byte[] plain = AddressRules.unmapped(address);
        return blocks.stream().anyMatch(block -> block.contains(plain));
    }

    private static byte @Nullable [] literal(String host) {
        if (host.indexOf(':') < 0 && !DOTTED.matcher(host).matches()) {
            return null;
        }
        try {
            return Cidr.parse(host).address();
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static @Nullable String hostOf(URI url) {
        String host = url.getHost();
        if (host == null) {
            return null;
        }
        String plain = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        String lower = plain.toLowerCase(Locale.ROOT);
        String whole = lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
        try {
            return whole.indexOf(':') >= 0 ? whole : IDN.toASCII(whole);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
