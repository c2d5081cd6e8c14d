// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TraceReaderTest {
    @TempDir
    Path folder;

    private List<TraceRequest> read(String text, int limit) throws Exception {
        Path file = folder.resolve("trace.csv");
        Files.writeString(file, text);
        return TraceReader.read(file, limit);
    }

    @Test
    void read_azureColumns_countsFromTheFirst() throws Exception {
        List<TraceRequest> trace = read("""
                TIMESTAMP,ContextTokens,GeneratedTokens
                2023-11-16 18:15:46.6805900,374,44
                2023-11-16 18:15:50.9305900,396,109
                """, 10);

        assertThat(trace.get(0)).isEqualTo(new TraceRequest(0, null, 374, 44));
        assertThat(trace.get(1).seconds()).isCloseTo(4.25, org.assertj.core.data.Offset.offset(1e-6));
    }

    @Test
    void read_keyedColumns_inAnyOrder_areSorted() throws Exception {
        List<TraceRequest> trace = read("key,t,extra,output,prompt\r\nb,7.5,x,2,1\r\n\"a\",5,x,4,3\r\n", 10);

        assertThat(trace).containsExactly(new TraceRequest(0, "a", 3, 4), new TraceRequest(2.5, "b", 1, 2));
    }

    @Test
    void read_limit_takesTheFirst() throws Exception {
        assertThat(read("t,key,prompt,output\n1,a,1,1\n2,a,1,1\n3,a,1,1\n", 2)).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "a,b,c | line 1: a,b,c (expected: TIMESTAMP",
                "t,key,prompt,output;1,a,1 | line 2: 1,a,1 (expected: as many cells",
                "t,key,prompt,output;1,a,1,1;x,a,1,1 | line 3: x (expected: a time",
                "t,key,prompt,output;NaN,a,1,1 | line 2: NaN (expected: a time",
                "t,key,prompt,output;1,a,-1,1 | line 2: -1 (expected: a number of tokens",
                "t,key,prompt,output;1,a,1,1 | 1 requests (expected: at least 2)",
            })
    void read_mistakes_nameTheLine(String text, String message) {
        assertThatThrownBy(() -> read(text.replace(';', '\n'), 10))
                .isInstanceOf(TraceException.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void read_nothing_saysWhatIsExpected() {
        assertThatThrownBy(() -> read("", 10)).hasMessageContaining("the file is empty");
    }
}
