// SPDX-License-Identifier: Apache-2.0
package io.anteroom.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class BackendKindTest {
    @Test
    void vllm_sumsOverModels() throws IOException {
        String text = """
                # HELP vllm:num_requests_running Number of requests in model execution batches.
                # TYPE vllm:num_requests_running gauge
                vllm:num_requests_running{engine="0",model_name="a}b\\"c"} 7.0
                vllm:num_requests_running{engine="0",model_name="d"} 2.0
                vllm:num_requests_waiting{engine="0",model_name="a"} 3.0 1700000000000
                vllm:kv_cache_usage_perc{engine="0"} 0.42
                """;

        BackendReading reading = BackendKind.VLLM.read(text);

        assertThat(reading)
                .isEqualTo(new BackendReading(OptionalInt.of(9), OptionalInt.of(3), OptionalDouble.of(0.42)));
    }

    @Test
    void vllm_ofOldVersions_hasItsCacheUnderAnotherName() throws IOException {
        BackendReading reading = BackendKind.VLLM.read("vllm:num_requests_running 1\nvllm:gpu_cache_usage_perc 0.5\n");

        assertThat(reading.cacheUse()).hasValue(0.5);
        assertThat(reading.waiting()).isEmpty();
    }

    @Test
    void others_haveTheirOwnNames() throws IOException {
        assertThat(BackendKind.SGLANG
                        .read(
                                "sglang:num_running_reqs{a=\"b\"} 4\nsglang:num_queue_reqs{a=\"b\"} 5\nsglang:token_usage 0.1")
                        .waiting())
                .hasValue(5);
        assertThat(BackendKind.LLAMA_CPP
                        .read("llamacpp:requests_processing 1\nllamacpp:requests_deferred 6\n")
                        .waiting())
                .hasValue(6);
        assertThat(BackendKind.TGI
                        .read("tgi_queue_size 8\ntgi_batch_current_size 2")
                        .running())
                .hasValue(2);
        assertThat(BackendKind.OLLAMA.read("{\"models\":[]}")).isEqualTo(BackendReading.ALIVE);
    }

    @Test
    void nonsense_isPassedOver() throws IOException {
        String text = "vllm:num_requests_running NaN\nvllm:num_requests_waiting{a=\"unclosed 3\n{} 4\n   \n"
                + "vllm:num_requests_waiting twelve\nvllm:num_requests_waiting 2\n";

        BackendReading reading = BackendKind.VLLM.read(text);

        assertThat(reading.waiting()).hasValue(2);
        assertThat(reading.running()).isEmpty();
    }

    @Test
    void negativeFigures_areUnknown() throws IOException {
        BackendReading reading =
                BackendKind.VLLM.read("vllm:num_requests_running -1\nvllm:num_requests_waiting 1e30\n");

        assertThat(reading.running()).isEmpty();
        assertThat(reading.waiting()).hasValue(Integer.MAX_VALUE);
    }

    @Test
    void anotherKind_isSaidSo() {
        assertThatThrownBy(() -> BackendKind.VLLM.read("tgi_queue_size 8"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("vllm:num_requests_running")
                .hasMessageContaining("expected");
    }
}
