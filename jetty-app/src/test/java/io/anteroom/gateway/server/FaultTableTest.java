// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.gateway.server.FaultTable.Result;
import io.anteroom.gateway.server.FaultTable.Row;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each fault of a backend, alone and with another backend beside it. */
final class FaultTableTest {
    static List<Row> rows() {
        return FaultTable.ROWS;
    }

    @ParameterizedTest
    @MethodSource("rows")
    void fault_alone_isToldByItsCause(Row row) throws Exception {
        Result result = FaultTable.run(row, false);

        assertThat(result.answer()).isEqualTo(row.alone());
        assertThat(result.leaks()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("rows")
    void fault_withAnotherBackend_isSurvived(Row row) throws Exception {
        Result result = FaultTable.run(row, true);

        assertThat(result.answer()).isEqualTo(row.elsewhere());
        assertThat(result.leaks()).isEmpty();
    }
}
