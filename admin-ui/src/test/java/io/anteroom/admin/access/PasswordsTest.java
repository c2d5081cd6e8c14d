// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.password4j.Argon2Function;
import com.password4j.types.Argon2;
import io.anteroom.admin.access.Passwords.Check;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PasswordsTest {
    private final Passwords passwords = new Passwords();

    /**
     * From the test file of the reference implementation of RFC 9106, whose own vector needs a key that we have not.
     */
    @Test
    void argon2id_vectorOfTheReference_isTheSame() {
        Argon2Function function = Argon2Function.getInstance(65536, 2, 1, 32, Argon2.ID, 0x13);

        byte[] hash = function.hash(
                        "password".getBytes(StandardCharsets.UTF_8), "somesalt".getBytes(StandardCharsets.UTF_8))
                .getBytes();

        assertThat(HexFormat.of().formatHex(hash))
                .isEqualTo("09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7");
    }

    @Test
    void hash_any_hasTheStatedStrength() {
        String hash = passwords.hash("violet kettle ✓ 9 orbits");

        assertThat(hash).startsWith("$argon2id$v=19$m=19456,t=2,p=1$");
        assertThat(passwords.check("violet kettle ✓ 9 orbits", hash)).isEqualTo(Check.RIGHT);
        assertThat(passwords.check("violet kettle x 9 orbits", hash)).isEqualTo(Check.WRONG);
        assertThat(passwords.check("violet kettle ✓ 9 orbits", null)).isEqualTo(Check.WRONG);
        assertThat(passwords.hash("violet kettle ✓ 9 orbits")).isNotEqualTo(hash);
    }

    @Test
    void check_weakerHash_saysSo() {
        String weak = Argon2Function.getInstance(8192, 1, 1, 32, Argon2.ID, 0x13)
                .hash("violet kettle")
                .getResult();

        assertThat(passwords.check("violet kettle", weak)).isEqualTo(Check.RIGHT_BUT_WEAK);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "short",
                "Password1234",
                "aaaaaaaaaaaaaaaa",
                "abcabcabcabcabc",
                "123456789012345",
                "qwertyuiop12",
                "Letmein12345!",
                "alice.smith1",
                "alice.smith-alice.smith",
                "P@ssw0rdP@ssw0rd",
                "zyxwvutsrqponml",
                "anteroom-admin-1"
            })
    void problem_easilyGuessed_isRefused(String password) {
        assertThat(PasswordRules.problem(password, "alice.smith")).startsWith("password: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"violet kettle 9 orbits", "ßtraßenbahn im regen", "kY7 pQ2 mW9 zX", "漢字仮名交文試験問題集第一巻"})
    void problem_long_isNone(String password) {
        assertThat(PasswordRules.problem(password, "alice")).isNull();
    }
}
