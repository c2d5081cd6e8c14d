// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.protocol.Headers;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FieldsTest {
    private final Map<String, String> sent = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final List<String> lookedFor = new ArrayList<>();

    private HttpServletRequest request() {
        return Fakes.of(
                HttpServletRequest.class,
                Map.of(
                        "getHeaderNames",
                        nothing -> Collections.enumeration(sent.keySet()),
                        "getHeader",
                        name -> lookUp((String) name[0])));
    }

    private @Nullable String lookUp(String name) {
        lookedFor.add(name);
        return sent.get(name);
    }

    @Test
    void get_inWhateverCase_findsTheField() {
        sent.put("QUEUE-priority", "high");
        sent.put("x-stainless-timeout", "600");

        Fields fields = Fields.of(request());

        assertThat(fields.get(Headers.PRIORITY)).isEqualTo("high");
        assertThat(fields.get("X-Stainless-Timeout")).isEqualTo("600");
        assertThat(fields.mayHave("queue-PRIORITY")).isTrue();
    }

    @Test
    void get_ofAKindThatWasNotSent_looksForNothing() {
        sent.put("Host", "example.org");
        sent.put("", "nameless");

        Fields fields = Fields.of(request());

        assertThat(fields.get(Headers.PRIORITY)).isNull();
        assertThat(fields.get("Authorization")).isNull();
        assertThat(fields.get("Content-Length")).isNull();
        assertThat(lookedFor).isEmpty();
        assertThat(fields.get("Host")).isEqualTo("example.org");
    }

    @Test
    void get_anotherOfTheSameKind_isNotMistakenForIt() {
        sent.put("Queue-Batch-Xd", "1");

        Fields fields = Fields.of(request());

        assertThat(fields.mayHave(Headers.BATCH)).isTrue();
        assertThat(fields.get(Headers.BATCH)).isNull();
    }

    @Test
    void kinds_ofOurOwnFields_areApart() {
        List<String> ours = List.of(
                Headers.PRIORITY,
                Headers.MAX_WAIT,
                Headers.ON_FULL,
                Headers.TICKET,
                Headers.ENABLED,
                Headers.BATCH,
                Headers.MODEL,
                "Prefer",
                "Authorization",
                "x-api-key");
        for (String one :
                List.of("Host", "Accept", "User-Agent", "Content-Type", "Content-Length", "Accept-Encoding")) {
            sent.put(one, "1");
        }

        Fields fields = Fields.of(request());

        assertThat(ours).filteredOn(fields::mayHave).hasSizeLessThanOrEqualTo(2);
    }

    @Test
    void get_ofAWrapperThatListsNoMore_findsWhatItAdds() {
        sent.put("Host", "example.org");
        HttpServletRequest wrapped = new HttpServletRequestWrapper(request()) {
            @Override
            public @Nullable String getHeader(String name) {
                return name.equals("x-api-key") ? "secret" : super.getHeader(name);
            }
        };

        assertThat(Fields.of(wrapped).get("x-api-key")).isEqualTo("secret");
    }

    @Test
    void get_whereTheContainerTellsNoNames_looksForAll() {
        HttpServletRequest silent =
                Fakes.of(HttpServletRequest.class, Map.of("getHeader", name -> lookUp((String) name[0])));
        sent.put("Prefer", "wait=3");

        assertThat(Fields.of(silent).get("Prefer")).isEqualTo("wait=3");
    }
}
