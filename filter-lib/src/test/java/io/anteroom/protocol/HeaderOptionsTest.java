// SPDX-License-Identifier: Apache-2.0
package io.anteroom.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.anteroom.admission.OnFull;
import io.anteroom.admission.Priority;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class HeaderOptionsTest {
    private static Options read(String name, String value) throws BadRequest {
        return HeaderOptions.read(Map.of(name, value)::get);
    }

    @Test
    void read_nothing_isNone() throws BadRequest {
        assertThat(HeaderOptions.read(name -> null)).isSameAs(Options.NONE);
    }

    @ParameterizedTest
    @CsvSource({
        "critical,CRITICAL",
        "HIGH,HIGH",
        " normal ,NORMAL",
        "low,LOW",
        "0,CRITICAL",
        "-5,CRITICAL",
        "50,HIGH",
        "100,NORMAL",
        "5000,LOW"
    })
    void priority_namesAndIntegers(String value, Priority priority) throws BadRequest {
        assertThat(read("Queue-Priority", value).priority()).isEqualTo(priority);
    }

    @Test
    void others_eachValue_isRead() throws BadRequest {
        assertThat(read("Queue-Max-Wait-Ms", "30000").longestWait()).isEqualTo(Duration.ofSeconds(30));
        assertThat(read("Queue-On-Full", "drop_lowest").onFull()).isEqualTo(OnFull.SHED_LOWEST);
        assertThat(read("Queue-On-Full", "reject").onFull()).isEqualTo(OnFull.REJECT);
        assertThat(read("Queue-Enabled", "false").enabled()).isFalse();
        assertThat(read("Queue-Batch-Id", "night-1").batch()).isEqualTo("night-1");
        assertThat(read("Queue-On-Timeout", "fallback").fallsBack()).isTrue();
        assertThat(read("Queue-On-Timeout", "error").fallsBack()).isFalse();
        assertThat(read("x-stainless-timeout", "600").clientTimeout()).isEqualTo(Duration.ofMinutes(10));
    }

    @Test
    void readTimeout_isOfThoseWhoHearNothing() throws BadRequest {
        assertThat(read("x-stainless-read-timeout", "20").clientTimeout()).isNull();
        assertThat(HeaderOptions.ofSilence(name -> name.equals("x-stainless-read-timeout") ? "20" : null)
                        .clientTimeout())
                .isEqualTo(Duration.ofSeconds(20));
        assertThat(HeaderOptions.ofSilence(name -> null)).isEqualTo(Options.NONE);
        assertThat(HeaderOptions.ofSilence(name -> "never")).isEqualTo(Options.NONE);
    }

    @Test
    void prefer_severalPreferences_areFound() throws BadRequest {
        Options options = read("Prefer", "handling=lenient; foo, wait=30, queue-status=\"none\"");

        assertThat(options.longestWait()).isEqualTo(Duration.ofSeconds(30));
        assertThat(options.status()).isEqualTo(StatusMode.NONE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"wait=soon", "wait=-1", "queue-status", "=", "", ",;,"})
    void prefer_unreadable_isIgnored(String value) throws BadRequest {
        assertThat(read("Prefer", value).longestWait()).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "Queue-Priority,urgent,'Queue-Priority: ''urgent'' (expected: critical, high, normal, low or an integer)'",
        "Queue-Max-Wait-Ms,-1,'Queue-Max-Wait-Ms: ''-1'' (expected: milliseconds from 0 to 86400000)'",
        "Queue-On-Full,drop,'Queue-On-Full: ''drop'' (expected: reject or drop_lowest)'",
        "Queue-On-Timeout,x,'Queue-On-Timeout: ''x'' (expected: error or fallback)'",
        "Queue-Enabled,yes,'Queue-Enabled: ''yes'' (expected: true or false)'",
        "Queue-Batch-Id,a b,'Queue-Batch-Id: ''a b'' (expected: 1 to 128 of A-Z a-z 0-9 . _ -)'"
    })
    void unreadable_isABadRequestThatNamesWhatIsAllowed(String name, String value, String message) {
        assertThatThrownBy(() -> read(name, value))
                .isInstanceOf(BadRequest.class)
                .hasMessage(message);
    }

    @Test
    void prefer_ticketAskedFor_waitSaysNothingOfTheQueue() throws BadRequest {
        Options options = HeaderOptions.read(name -> name.equals("Prefer") ? "respond-async, wait=30" : null);

        assertThat(options.longestWait()).isNull();
        assertThat(Preferences.respondAsync("wait=30; Respond-Async")).isTrue();
        assertThat(Preferences.respondAsync("respond-asynchronously")).isFalse();
        assertThat(Preferences.wait("respond-async, wait=2.5")).isEqualTo(Duration.ofMillis(2500));
        assertThat(Preferences.wait("wait=soon")).isNull();
    }

    @Test
    void tooLong_is431() {
        assertThatThrownBy(() -> read("Queue-Priority", "x".repeat(257)))
                .isInstanceOfSatisfying(
                        BadRequest.class, e -> assertThat(e.problem().kind()).isEqualTo(Problem.Kind.HEADER_TOO_LARGE));
    }

    @Test
    void requestId_onlyProperOnes_areTaken() {
        assertThat(HeaderOptions.requestId("req_1.A-b")).isEqualTo("req_1.A-b");
        assertThat(HeaderOptions.requestId("a\r\nSet-Cookie: x")).isNull();
        assertThat(HeaderOptions.requestId("x".repeat(129))).isNull();
        assertThat(HeaderOptions.requestId("")).isNull();
        assertThat(HeaderOptions.requestId(null)).isNull();
    }
}
