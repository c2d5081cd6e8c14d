// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.BufferedReader;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Preflights pass without a slot: without a body therefore, and not without a bound. */
final class PreflightsTest {
    private final Preflights preflights = new Preflights("preflight");
    private final HttpServletResponse response = Fakes.of(HttpServletResponse.class, Map.of());
    private final List<AsyncListener> listeners = new ArrayList<>();
    private final AsyncContext context = Fakes.of(AsyncContext.class, Map.of("addListener", given -> {
        listeners.add((AsyncListener) given[0]);
        return null;
    }));
    private boolean isAsync;

    private HttpServletRequest request(String protocol, @Nullable String type, long length) {
        Map<String, Function<Object[], Object>> methods = Map.of(
                "getMethod", x -> "OPTIONS",
                "getProtocol", x -> protocol,
                "getContentType", x -> type,
                "getContentLengthLong", x -> length,
                "getHeader", given -> given[0].equals("Transfer-Encoding") ? null : "x",
                "getReader", x -> new BufferedReader(new StringReader("body")),
                "isAsyncStarted", x -> isAsync,
                "getAsyncContext", x -> context);
        return Fakes.of(HttpServletRequest.class, methods);
    }

    @ParameterizedTest
    @CsvSource({
        "HTTP/1.1,,-1,true",
        "HTTP/1.1,text/plain,-1,true",
        "HTTP/1.1,,4,false",
        "HTTP/2.0,,-1,true",
        "HTTP/2.0,text/plain,0,true",
        "HTTP/2.0,text/plain,-1,false",
        "HTTP/2.0,,4,false"
    })
    void is_onlyWhatCanBeNothingElse(String protocol, @Nullable String type, long length, boolean expected) {
        assertThat(Preflights.is(request(protocol, type, length))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"HTTP/2.0,-1,", "HTTP/3.0,-1,", "HTTP/2.0,0,body", "HTTP/1.1,-1,body"})
    void pass_framesWithoutALength_areNotHandedOn(String protocol, long length, @Nullable String read)
            throws Exception {
        List<String> lines = new ArrayList<>();

        preflights.pass(request(protocol, null, length), response, (request, response) -> {
            lines.add(request.getReader().readLine());
            if (read == null) {
                ServletInputStream input = request.getInputStream();
                assertThat(input.isFinished()).isTrue();
                assertThat(input.readAllBytes()).isEmpty();
            }
        });

        assertThat(lines).containsExactly(read);
    }

    @Test
    void pass_tooManyUnderWay_untilOneHasEnded() throws Exception {
        isAsync = true;
        for (int i = 0; i < Preflights.MOST; i++) {
            assertThat(passes()).isTrue();
        }
        assertThat(passes()).isFalse();
        assertThat(listeners).hasSize(Preflights.MOST);

        AsyncListener ended = listeners.get(0);
        ended.onComplete(new AsyncEvent(context));
        ended.onComplete(new AsyncEvent(context));

        assertThat(passes()).isTrue();
        assertThat(passes()).isFalse();
    }

    @Test
    void pass_thatEndsOnItsThread_countsNoMore() throws Exception {
        for (int i = 0; i <= Preflights.MOST; i++) {
            assertThat(passes()).isTrue();
        }
    }

    private boolean passes() throws Exception {
        return preflights.pass(request("HTTP/1.1", null, -1), response, (request, response) -> {});
    }
}
