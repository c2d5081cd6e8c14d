// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.gateway.proxy.FirstEvent.Verdict;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FirstEventTest {
    private static Verdict judge(String text) {
        Verdict verdict = FirstEvent.judge(text.getBytes(StandardCharsets.UTF_8));
        assertThat(isPlain(text)).as("seen at first sight").isIn(false, verdict == Verdict.FINE);
        return verdict;
    }

    private static boolean isPlain(String text) {
        return FirstEvent.isPlain(ByteBuffer.wrap(("#" + text).getBytes(StandardCharsets.UTF_8), 1, text.length()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "data: {\"error\":{\"object\":\"error\",\"message\":\"The request queue is full.\",\"code\":503}}\n\n",
                "data:{\"error\":{\"message\":\"Model is overloaded\",\"type\":\"overloaded\"}}\n",
                "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"x\"}}\n\n",
                "{\"error\":\"server busy, please try again.  maximum pending requests exceeded\"}\n",
                "data: {\"error\":{\"code\":429,\"message\":\"slow down\"}}\r\n\r\n",
                "\n\ndata: {\"error\":\"no free slot\"}\n"
            })
    void judge_busy_isBusy(String text) {
        assertThat(judge(text)).isEqualTo(Verdict.BUSY);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "data: {\"choices\":[{\"delta\":{\"content\":\"the queue is full\"}}]}\n\n",
                "data: {\"error\":null,\"message\":\"overloaded\"}\n\n",
                "data: {\"error\":{\"code\":400,\"message\":\"max_tokens is too large\"}}\n\n",
                "data: [DONE]\n\n",
                "data: {broken\n\n",
                ": ping\n",
                "hello",
                "{\"message\":{\"content\":\"a\"},\"done\":false}\n",
                "data: {\"id\":\"chatcmpl-0123456789012345678901234567890123456789\",\"object\":\"chat.comp"
            })
    void judge_anythingElse_goesOn(String text) {
        assertThat(judge(text)).isEqualTo(Verdict.FINE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "da", "event: error\n", "event: err", "data: {\"error\":{\"message\":\"The que"})
    void judge_beginning_isUndecided(String text) {
        assertThat(judge(text)).isEqualTo(Verdict.UNDECIDED);
    }

    @Test
    void isPlain_wholeLineOfData_withoutAnError() {
        assertThat(isPlain("data: {\"choices\":[]}\n\n")).isTrue();
        assertThat(isPlain("data: [DONE]\n")).isTrue();
        assertThat(isPlain("data: {\"choices\":[]}")).isFalse();
        assertThat(isPlain("data: {\"error\":null}\n")).isFalse();
        assertThat(isPlain("event: x\ndata: 1\n")).isFalse();
        assertThat(isPlain("data")).isFalse();
    }

    @Test
    void isStream_type_tells() {
        assertThat(FirstEvent.isStream("text/event-stream; charset=utf-8")).isTrue();
        assertThat(FirstEvent.isStream("application/x-ndjson")).isTrue();
        assertThat(FirstEvent.isStream("application/json")).isFalse();
    }
}
