// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.webhook;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Set;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Keeps secrets unreadable in the database: AES-256-GCM, with a key that is derived from a master key for this purpose
 * alone. Whoever has the database without the master key has no secret. Safe from any thread.
 */
public final class SecretBox {
    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final String MAC = "HmacSHA256";
    private static final String PURPOSE = "anteroom webhook secrets 1";
    private static final String FORM = "v1.";

    private final SecretKeySpec key;
    private final String keyId;
    private final SecureRandom random = new SecureRandom();

    private SecretBox(byte[] master) {
        byte[] derived = derive(master);
        key = new SecretKeySpec(derived, "AES");
        keyId = HexFormat.of().formatHex(hmac(derived, "id".getBytes(StandardCharsets.UTF_8)), 0, 4);
    }

    /**
     * A box with the master key in a file, which is made with one at random if it is not there. Only its owner may read
     * it.
     *
     * @throws IllegalArgumentException if the file holds no key or others may read it
     */
    public static SecretBox inFile(Path file) throws IOException {
        if (!Files.exists(file)) {
            create(file);
        }
        if (Files.getFileAttributeView(file, PosixFileAttributeView.class) != null) {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
            if (!Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE)
                    .containsAll(permissions)) {
                throw new IllegalArgumentException(file + ": " + PosixFilePermissions.toString(permissions)
                        + " (expected: a key that only its owner may read, rw-------)");
            }
        }
        return of(Files.readString(file).strip(), file.toString());
    }

    private static void create(Path file) throws IOException {
        byte[] master = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(master);
        Path directory = Objects.requireNonNull(file.toAbsolutePath().getParent(), "a file lies in a directory");
        Files.createDirectories(directory);
        // Written whole before it has its name, so that nobody finds half a key.
        Path written = Files.createTempFile(directory, "webhook", ".key");
        try {
            try (FileChannel channel = FileChannel.open(written, StandardOpenOption.WRITE)) {
                channel.write(ByteBuffer.wrap(
                        (Base64.getEncoder().encodeToString(master) + "\n").getBytes(StandardCharsets.US_ASCII)));
                channel.force(true);
            }
            Files.createLink(file, written);
        } catch (FileAlreadyExistsException e) {
            // Another process was quicker, and its key is as good.
            return;
        } finally {
            Files.deleteIfExists(written);
        }
    }

    /**
     * A box with this master key.
     *
     * @param base64 32 bytes or more
     * @param place where it was found, for the message
     * @throws IllegalArgumentException if it is none
     */
    public static SecretBox of(String base64, String place) {
        byte[] master;
        try {
            master = Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(place + ": unreadable (expected: 32 bytes in base64)", e);
        }
        if (master.length < KEY_BYTES) {
            throw new IllegalArgumentException(place + ": " + master.length + " bytes (expected: 32 bytes in base64)");
        }
        return new SecretBox(master);
    }

    /** HKDF (RFC 5869) with SHA-256, of one block. */
    private static byte[] derive(byte[] master) {
        byte[] extracted = hmac(new byte[KEY_BYTES], master);
        byte[] info = (PURPOSE + '\1').getBytes(StandardCharsets.UTF_8);
        return hmac(extracted, info);
    }

    private static byte[] hmac(byte[] key, byte[] text) {
        try {
            Mac mac = Mac.getInstance(MAC);
            mac.init(new SecretKeySpec(key, MAC));
            return mac.doFinal(text);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HMAC-SHA256 is part of every JDK", e);
        }
    }

    /** Tells keys apart, and says nothing of them. */
    String keyId() {
        return keyId;
    }

    /**
     * Makes a text unreadable.
     *
     * @param owner what it belongs to; it cannot be opened as anything else's
     */
    String close(String text, String owner) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        try {
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, nonce, owner).doFinal(text.getBytes(StandardCharsets.UTF_8));
            byte[] whole = Arrays.copyOf(nonce, NONCE_BYTES + sealed.length);
            System.arraycopy(sealed, 0, whole, NONCE_BYTES, sealed.length);
            return FORM + Base64.getEncoder().encodeToString(whole);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM is part of every JDK", e);
        }
    }

    /**
     * Makes it readable again.
     *
     * @throws GeneralSecurityException if it was closed with another key, for another owner, or has been altered
     */
    String open(String closed, String owner) throws GeneralSecurityException {
        if (!closed.startsWith(FORM)) {
            throw new GeneralSecurityException("not in the form " + FORM);
        }
        byte[] whole;
        try {
            whole = Base64.getDecoder().decode(closed.substring(FORM.length()));
        } catch (IllegalArgumentException e) {
            throw new GeneralSecurityException("altered", e);
        }
        if (whole.length < NONCE_BYTES) {
            throw new GeneralSecurityException("altered");
        }
        byte[] nonce = Arrays.copyOf(whole, NONCE_BYTES);
        byte[] text = cipher(Cipher.DECRYPT_MODE, nonce, owner).doFinal(whole, NONCE_BYTES, whole.length - NONCE_BYTES);
        return new String(text, StandardCharsets.UTF_8);
    }

    private Cipher cipher(int mode, byte[] nonce, String owner) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(owner.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }
}
