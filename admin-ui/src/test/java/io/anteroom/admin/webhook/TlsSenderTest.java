// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;

/** Deliveries to receivers that speak TLS, with certificates of an authority of the test's own. */
final class TlsSenderTest {
    private static final String HOST = "hooks.test";

    private final Authority authority;

    TlsSenderTest() throws Exception {
        authority = new Authority("Authority of a test");
    }

    private static Instant tomorrow() {
        return Instant.now().plus(Duration.ofDays(1));
    }

    private static SendGuard guard(int port) {
        return SendGuard.of(List.of("127.0.0.0/8"), Set.of(port));
    }

    /** Sends to a host that shows this, and says what came of it; what was refused must not have arrived. */
    private Answer send(SSLContext shown, String host, boolean isTrusted) throws Exception {
        try (Receiver receiver = new Receiver(shown)) {
            SendGuard guard = isTrusted ? guard(receiver.port()).trusting(authority.pem()) : guard(receiver.port());
            GuardedResolver.Lookup lookup =
                    name -> new InetAddress[] {InetAddress.getByAddress(name, new byte[] {127, 0, 0, 1})};
            Sender.Timing timing = new Sender.Timing(Duration.ofSeconds(5), Duration.ofSeconds(15));
            try (Sender sender = new Sender(guard, timing, lookup, InstantSource.system())) {
                URI url = URI.create("https://" + host + ":" + receiver.port() + "/hook");
                Answer answer = sender.send(new Sender.Post(
                                url, "msg_1", Instant.EPOCH, "v1,x", new Payload("application/json", "{}")))
                        .get(30, TimeUnit.SECONDS);
                assertThat(receiver.received).as(answer.text()).hasSize(answer.isSuccess() ? 1 : 0);
                return answer;
            }
        }
    }

    @Test
    void send_certificateOfAKnownAuthority_isDelivered() throws Exception {
        Answer answer = send(authority.server(HOST, tomorrow()), HOST, true);

        assertThat(answer.status()).as(answer.error()).isEqualTo(204);
    }

    @Test
    void send_certificateForAnotherHost_isRefused() throws Exception {
        Answer answer = send(authority.server("other.test", tomorrow()), HOST, true);

        assertThat(answer.error()).isEqualTo("the certificate of the host is for another name");
    }

    @Test
    void send_expiredCertificate_isRefused() throws Exception {
        Answer answer = send(authority.server(HOST, Instant.now().minusSeconds(60)), HOST, true);

        assertThat(answer.error()).isEqualTo("the certificate of the host has expired");
    }

    @Test
    void send_selfSignedCertificate_isRefused() throws Exception {
        Answer answer = send(Authority.selfSigned(HOST), HOST, true);

        assertThat(answer.error())
                .startsWith("the certificate of the host is of no authority that is known here")
                .contains("webhooks.trust-file");
    }

    @Test
    void send_certificateOfAnAuthorityThatIsNotKnown_isRefused() throws Exception {
        Answer answer = send(authority.server(HOST, tomorrow()), HOST, false);

        assertThat(answer.error()).startsWith("the certificate of the host is of no authority");
    }

    @Test
    void trusting_whatIsNoCertificate_isRefused() {
        assertThatThrownBy(() -> SendGuard.USUAL.trusting("secret"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("secret");
        assertThatThrownBy(
                        () -> SendGuard.USUAL.trusting("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
