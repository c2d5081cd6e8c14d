// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SecretBoxTest {
    static final SecretBox BOX = SecretBox.of(Base64.getEncoder().encodeToString(new byte[32]), "test");

    @TempDir
    private Path directory;

    @Test
    void open_whatWasClosed_isTheSame() throws Exception {
        String closed = BOX.close("whsec_secret", "alerts");

        assertThat(closed).doesNotContain("whsec").isNotEqualTo(BOX.close("whsec_secret", "alerts"));
        assertThat(BOX.open(closed, "alerts")).isEqualTo("whsec_secret");
    }

    @Test
    void open_otherOwnerOtherKeyOrAltered_isRefused() {
        String closed = BOX.close("whsec_secret", "alerts");
        byte[] altered = Base64.getDecoder().decode(closed.substring(3));
        altered[20] ^= 1;
        byte[] other = new byte[32];
        other[0] = 1;
        SecretBox otherBox = SecretBox.of(Base64.getEncoder().encodeToString(other), "test");

        assertThatThrownBy(() -> BOX.open(closed, "others")).isInstanceOf(GeneralSecurityException.class);
        assertThatThrownBy(() -> BOX.open("v1." + Base64.getEncoder().encodeToString(altered), "alerts"))
                .isInstanceOf(GeneralSecurityException.class);
        assertThatThrownBy(() -> otherBox.open(closed, "alerts")).isInstanceOf(GeneralSecurityException.class);
        assertThatThrownBy(() -> BOX.open("v1.AAAA", "alerts")).isInstanceOf(GeneralSecurityException.class);
        assertThatThrownBy(() -> BOX.open("v1.?", "alerts")).isInstanceOf(GeneralSecurityException.class);
        assertThatThrownBy(() -> BOX.open("plain", "alerts")).isInstanceOf(GeneralSecurityException.class);
        assertThat(otherBox.keyId()).isNotEqualTo(BOX.keyId());
    }

    @Test
    void inFile_notThere_isMadeForItsOwnerAndKept() throws Exception {
        Path file = directory.resolve("deep").resolve("webhooks.key");

        SecretBox made = SecretBox.inFile(file);

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(SecretBox.inFile(file).open(made.close("x", "a"), "a")).isEqualTo("x");
        try (var files = Files.list(file.getParent())) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void inFile_readableByOthers_isRefused() throws Exception {
        Path file = directory.resolve("webhooks.key");
        SecretBox.inFile(file);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));

        assertThatThrownBy(() -> SecretBox.inFile(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("webhooks.key: rw-r----- (expected: a key that only its owner may read");
    }

    @Test
    void of_noKey_saysWhatIsExpected() {
        assertThatThrownBy(() -> SecretBox.of("c2hvcnQ=", "ANTEROOM_KEY"))
                .hasMessage("ANTEROOM_KEY: 5 bytes (expected: 32 bytes in base64)");
        assertThatThrownBy(() -> SecretBox.of("p@ss", "ANTEROOM_KEY"))
                .hasMessage("ANTEROOM_KEY: unreadable (expected: 32 bytes in base64)");
    }
}
