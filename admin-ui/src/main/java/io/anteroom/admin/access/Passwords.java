// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.access;

import com.password4j.Argon2Function;
import com.password4j.Hash;
import com.password4j.Password;
import com.password4j.types.Argon2;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Hashes passwords with Argon2id, two at a time: each takes 19 MiB and a tenth of a second. Safe from any thread. */
final class Passwords {
    private static final int MEMORY_KIB = 19456;
    private static final int ITERATIONS = 2;
    private static final int PARALLELISM = 1;
    private static final int HASH_BYTES = 32;
    private static final int SALT_BYTES = 16;
    private static final int VERSION = 0x13;
    private static final int AT_ONCE = 2;
    private static final long PATIENCE_MILLIS = 3000;

    private static final Argon2Function CURRENT =
            Argon2Function.getInstance(MEMORY_KIB, ITERATIONS, PARALLELISM, HASH_BYTES, Argon2.ID, VERSION);

    private final Semaphore turns = new Semaphore(AT_ONCE);
    /** Checked when there is no such user, so that nobody learns from the time who there is. */
    private final String nobodys = Password.hash(new Secrets().secret())
            .addRandomSalt(SALT_BYTES)
            .with(CURRENT)
            .getResult();

    /** A check of a password. */
    enum Check {
        /** It is right. */
        RIGHT,
        /** It is right, and should be hashed anew. */
        RIGHT_BUT_WEAK,
        /** It is wrong. */
        WRONG,
        /** Too many are checked already. */
        BUSY
    }

    /** The hash of a new password, or null if too many are hashed already. */
    @Nullable String hash(String password) {
        return inTurn(() -> {
            Hash hash = Password.hash(password).addRandomSalt(SALT_BYTES).with(CURRENT);
            return hash.getResult();
        });
    }

    /**
     * Checks a password.
     *
     * @param hash what it should be, or null if there is no such user, which takes as long
     */
    Check check(String password, @Nullable String hash) {
        Check check = inTurn(() -> check(password, hash == null ? nobodys : hash, hash != null));
        return check == null ? Check.BUSY : check;
    }

    private static Check check(String password, String hash, boolean isReal) {
        Argon2Function function = Argon2Function.getInstanceFromHash(hash);
        boolean isRight = Password.check(password, hash).with(function);
        if (!isRight || !isReal) {
            return Check.WRONG;
        }
        boolean isWeak = function.getMemory() < MEMORY_KIB || function.getIterations() < ITERATIONS;
        return isWeak ? Check.RIGHT_BUT_WEAK : Check.RIGHT;
    }

    private <T> @Nullable T inTurn(Supplier<T> work) {
        try {
            if (!turns.tryAcquire(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
                return null;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
        try {
            return work.get();
        } finally {
            turns.release();
        }
    }
}
