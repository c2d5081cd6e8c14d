// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.util.Promise;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Where deliveries may go. Nothing leaves the machine here: names are resolved by the tests' own table, guarded sends
 * never connect, and the control without a guard has nothing but loopback in its table.
 */
final class SendGuardTest {
    private static final SendGuard LOOPBACK = SendGuard.of(List.of("127.0.0.0/8", "::1", "hook.test"), Set.of(443));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0",
                "0.1.2.3",
                "10.0.0.1",
                "10.255.255.255",
                "100.64.0.1",
                "100.127.255.255",
                "127.0.0.1",
                "127.255.255.254",
                "169.254.169.254",
                "172.16.0.1",
                "172.31.255.255",
                "192.0.0.1",
                "192.0.2.1",
                "192.88.99.1",
                "192.168.0.1",
                "198.18.0.1",
                "198.19.255.255",
                "198.51.100.1",
                "203.0.113.1",
                "224.0.0.1",
                "239.255.255.255",
                "240.0.0.1",
                "255.255.255.255",
                "::",
                "::1",
                "::7f00:1",
                "::ffff:0:7f00:1",
                "64:ff9b::7f00:1",
                "64:ff9b:1::1",
                "100::1",
                "2001::1",
                "2001:1::1",
                "2001:db8::1",
                "2002:7f00:1::1",
                "3fff::1",
                "3fff:fff::1",
                "5f00::1",
                "fc00::1",
                "fdff::1",
                "fe80::1",
                "febf::1",
                "fec0::1",
                "ff02::1",
                "4000::1",
                "1fff::1"
            })
    void address_notPublic_isBlocked(String address) throws Exception {
        assertThat(refusal(SendGuard.USUAL, address)).startsWith("blocked by the rule ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.1.1.1",
                "8.8.8.8",
                "9.255.255.255",
                "11.0.0.0",
                "100.63.255.255",
                "100.128.0.0",
                "126.255.255.255",
                "128.0.0.0",
                "169.253.255.255",
                "172.15.255.255",
                "172.32.0.0",
                "192.0.1.0",
                "192.167.255.255",
                "192.169.0.0",
                "198.17.255.255",
                "198.20.0.0",
                "223.255.255.255",
                "2600::1",
                "2a00:1450::1",
                "2003::1",
                "3ffe:ffff::1"
            })
    void address_public_isAllowed(String address) throws Exception {
        assertThat(refusal(SendGuard.USUAL, address)).isNull();
    }

    private static String refusal(SendGuard guard, String... addresses) throws Exception {
        List<InetAddress> all = new ArrayList<>();
        for (String address : addresses) {
            all.add(InetAddress.getByName(address));
        }
        return guard.refusal(all.toArray(InetAddress[]::new));
    }

    @Test
    void address_mappedIntoIpv6_isTheIpv4Address() throws Exception {
        // Java unmaps it already where it reads a text; a resolver could still answer it.
        byte[] mapped = new byte[16];
        mapped[10] = -1;
        mapped[11] = -1;
        mapped[12] = 10;

        assertThat(AddressRules.against(mapped)).isEqualTo("private (10.0.0.0/8)");
        mapped[12] = 8;
        assertThat(AddressRules.against(mapped)).isNull();
    }

    @Test
    void addresses_oneOfThemBlocked_areAllBlocked() throws Exception {
        assertThat(refusal(SendGuard.USUAL, "8.8.8.8", "10.0.0.1")).contains("private (10.0.0.0/8)");
        assertThat(refusal(SendGuard.USUAL)).isEqualTo("the host has no address");
    }

    @Test
    void addresses_allowed_areLetThroughAndNoOthers() throws Exception {
        SendGuard guard = SendGuard.of(List.of("10.1.0.0/16", "fd00:1::/32"), SendGuard.USUAL_PORTS);

        assertThat(refusal(guard, "10.1.2.3", "fd00:1::5", "8.8.8.8")).isNull();
        assertThat(refusal(guard, "10.2.0.1")).isNotNull();
        assertThat(refusal(guard, "fd00:2::5")).isNotNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "http://a.example/ | without TLS (expected: https",
                "https://a.example:8080/ | port 8080 (expected: one of [443, 8443]",
                "https://127.0.0.1/ | loopback (127.0.0.0/8)",
                "https://[::1]/ | loopback (::1/128)",
                "https://[::ffff:127.0.0.1]/ | loopback (127.0.0.0/8)",
                "https://169.254.169.254/latest | link-local (169.254.0.0/16)",
                "https://2130706433/ | a number as host",
                "https://a.0x7f/ | no host that can be used",
                "https://localhost/ | loopback (localhost)",
                "https://LOCALHOST./ | loopback (localhost)",
                "https://a.localhost/ | loopback (localhost)",
                "https://me@a.example/ | with user or password",
            })
    void url_notAllowed_isToldBeforeAnythingIsAsked(String url, String why) {
        assertThat(SendGuard.USUAL.refusal(URI.create(url))).contains(why);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"https://a.example/x?y=z", "https://a.example:8443/", "https://8.8.8.8/", "https://A.EXAMPLE./"})
    void url_usual_isAllowed(String url) {
        assertThat(SendGuard.USUAL.refusal(URI.create(url))).isNull();
    }

    @Test
    void url_withoutTls_onlyToWhatIsAllowed() {
        SendGuard guard = SendGuard.of(List.of("10.0.0.0/8", "hook.test"), Set.of(80));

        assertThat(guard.refusal(URI.create("http://10.1.2.3/"))).isNull();
        assertThat(guard.refusal(URI.create("http://HOOK.test/"))).isNull();
        assertThat(guard.refusal(URI.create("http://other.test/"))).contains("without TLS");
    }

    @Test
    void of_unreadable_saysWhatIsExpected() {
        assertThatThrownBy(() -> SendGuard.of(List.of("10.0.0.0/33"), Set.of(443)))
                .hasMessage("webhooks.allow: 10.0.0.0/33 (expected: an IP block as 10.0.0.0/8, or the name of a host)");
        assertThatThrownBy(() -> SendGuard.of(List.of(), Set.of(0)))
                .hasMessage("webhooks.ports: 0 (expected: a whole number from 1 to 65535)");
    }

    /** What attackers write to come back to this machine, and names that lead here. */
    private static List<String> ways(int port) {
        List<String> ways = new ArrayList<>();
        for (String host : List.of(
                "127.0.0.1",
                "localhost",
                "[::1]",
                "[::ffff:127.0.0.1]",
                "2130706433",
                "0",
                "0.0.0.0",
                "127.0.0.2",
                "[::]",
                "inside.test",
                "mixed.test",
                "rebound.test",
                "metadata.test")) {
            ways.add("http://" + host + ":" + port + "/hook");
        }
        return ways;
    }

    /** The tests' own table; nobody is asked. What it does not know is read as an address, or refused. */
    private static InetAddress[] table(String host) throws UnknownHostException {
        InetAddress here = InetAddress.getByAddress(host, new byte[] {127, 0, 0, 1});
        return switch (host) {
            case "inside.test", "rebound.test", "hook.test", "localhost", "0", "2130706433" -> new InetAddress[] {here};
            case "mixed.test" -> new InetAddress[] {InetAddress.getByAddress(host, new byte[] {127, 0, 0, 3}), here};
            case "metadata.test" ->
                new InetAddress[] {InetAddress.getByAddress(host, new byte[] {(byte) 169, (byte) 254, 1, 1})};
            default -> {
                if (!host.matches("[0-9.]+|\\[?[0-9a-f:.]+]?")) {
                    throw new UnknownHostException(host);
                }
                yield new InetAddress[] {InetAddress.getByName(host)};
            }
        };
    }

    @Test
    void send_everyWayToThisMachine_neverArrives() throws Exception {
        try (Receiver receiver = new Receiver()) {
            // Everything but the addresses is allowed, so that they alone decide.
            SendGuard guard = SendGuard.of(
                    List.of("inside.test", "mixed.test", "rebound.test", "metadata.test"), Set.of(receiver.port()));
            for (String url : ways(receiver.port())) {
                Answer answer = send(guard, url);

                assertThat(answer.status()).as(url).isZero();
                assertThat(answer.error()).as(url).containsPattern("blocked by the rule|without TLS");
            }
            assertThat(receiver.received).isEmpty();
        }
    }

    @Test
    void resolve_everyWayToThisMachine_isBlockedWhateverTheUrlSaid() throws Exception {
        SendGuard guard = SendGuard.of(List.of("inside.test"), Set.of(443));
        try (GuardedResolver resolver = new GuardedResolver(guard, SendGuardTest::table, Duration.ofSeconds(1))) {
            for (String url : ways(443)) {
                String host = url.substring("http://".length(), url.lastIndexOf(':'));
                CompletableFuture<List<InetSocketAddress>> found = new CompletableFuture<>();

                resolver.resolve(host, 443, Map.of(), Promise.from(found::complete, found::completeExceptionally));

                assertThatThrownBy(() -> found.get(20, TimeUnit.SECONDS))
                        .as(url)
                        .hasCauseInstanceOf(GuardedResolver.Blocked.class);
            }
        }
    }

    @Test
    void send_control_loopbackAllowed_arrives() throws Exception {
        try (Receiver receiver = new Receiver()) {
            SendGuard guard = SendGuard.of(List.of("127.0.0.0/8", "inside.test"), Set.of(receiver.port()));

            assertThat(send(guard, "http://127.0.0.1:" + receiver.port() + "/hook")
                            .status())
                    .isEqualTo(204);
            assertThat(send(guard, "http://[::ffff:127.0.0.1]:" + receiver.port() + "/hook")
                            .status())
                    .isEqualTo(204);
            assertThat(send(guard, "http://inside.test:" + receiver.port() + "/hook")
                            .status())
                    .isEqualTo(204);
            assertThat(receiver.received).hasSize(3);
        }
    }

    @Test
    void send_nameThatMovesInside_isBlockedAtTheConnection() throws Exception {
        try (Receiver receiver = new Receiver()) {
            SendGuard guard = SendGuard.of(List.of("rebound.test"), Set.of(receiver.port()));
            List<InetAddress> answers = new ArrayList<>(List.of(InetAddress.getByName("127.0.0.1")));

            Answer answer = send(guard, "http://rebound.test:" + receiver.port() + "/hook", host ->
                    new InetAddress[] {answers.get(0)});

            assertThat(answer.error()).contains("loopback (127.0.0.0/8)");
            assertThat(receiver.received).isEmpty();
        }
    }

    @Test
    void send_nameServerThatIsSilent_endsInTime() throws Exception {
        Object never = new Object();
        GuardedResolver.Lookup silent = host -> {
            synchronized (never) {
                try {
                    never.wait();
                } catch (InterruptedException e) {
                    throw new UnknownHostException(host);
                }
            }
            return new InetAddress[0];
        };

        Answer answer = send(LOOPBACK, "https://slow.test/", silent);

        assertThat(answer.error()).contains("was not found within");
    }

    @Test
    void send_unknownName_saysSo() throws Exception {
        assertThat(send(LOOPBACK, "https://nowhere.test/").error()).isEqualTo("the name of the host is not known");
    }

    private static Answer send(SendGuard guard, String url) throws Exception {
        return send(guard, url, SendGuardTest::table);
    }

    private static Answer send(SendGuard guard, String url, GuardedResolver.Lookup lookup) throws Exception {
        Sender.Timing timing = new Sender.Timing(Duration.ofSeconds(1), Duration.ofSeconds(5));
        try (Sender sender = new Sender(guard, timing, lookup, InstantSource.system())) {
            Payload payload = new Payload("application/json", "{}");
            return sender.send(new Sender.Post(URI.create(url), "msg_1", Instant.EPOCH, "v1,x", payload))
                    .get(20, TimeUnit.SECONDS);
        }
    }
}
