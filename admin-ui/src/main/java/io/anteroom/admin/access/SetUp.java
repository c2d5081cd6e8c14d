// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.access;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The token with which the first user is made: in a file that only the owner of this process can read, for a day, and
 * for one use. There is one only while there are no users and the server runs; the next start writes its own. Safe from
 * any thread.
 */
final class SetUp {
    private static final System.Logger LOG = System.getLogger(SetUp.class.getName());
    private static final Set<OpenOption> NEW = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    private static final Duration LIFE = Duration.ofHours(24);

    private final ReentrantLock lock = new ReentrantLock();
    private final @Nullable Path wanted;
    private final Secrets secrets;
    private final InstantSource clock;
    private @Nullable Path file;
    private @Nullable String token;
    private Instant until = Instant.MIN;
    private boolean isClosed;

    /**
     * A set-up that has not begun.
     *
     * @param wanted where the token is written, or null for a file in the directory for temporary ones
     */
    SetUp(@Nullable Path wanted, Secrets secrets, InstantSource clock) {
        this.wanted = wanted;
        this.secrets = secrets;
        this.clock = clock;
    }

    /** Nobody can log in yet: there has to be a token that counts. */
    void isNeeded() {
        lock.lock();
        try {
            if (!isClosed && (token == null || !clock.instant().isBefore(until))) {
                forget();
                String fresh = secrets.secret();
                Path written = write(fresh);
                token = fresh;
                file = written;
                until = clock.instant().plus(LIFE);
                LOG.log(
                        Level.WARNING,
                        "there is no user yet; whoever can read " + written.toAbsolutePath()
                                + " can make the first one, within 24 hours");
            }
        } finally {
            lock.unlock();
        }
    }

    private Path write(String fresh) {
        try {
            Path target = wanted;
            if (target == null) {
                Path made = Files.createTempFile("anteroom-set-up-", ".token");
                Files.writeString(made, fresh + "\n");
                return made;
            }
            Path directory = target.toAbsolutePath().getParent();
            if (directory != null) {
                Files.createDirectories(directory);
            }
            // Never written into a file that somebody else may have put there with rights of their own.
            Files.deleteIfExists(target);
            try (SeekableByteChannel out = Files.newByteChannel(target, NEW, ownerOnly(target))) {
                out.write(ByteBuffer.wrap((fresh + "\n").getBytes(StandardCharsets.US_ASCII)));
            }
            return target;
        } catch (IOException e) {
            throw new UncheckedIOException("the set-up token cannot be written", e);
        }
    }

    private static FileAttribute<?>[] ownerOnly(Path target) {
        boolean isPosix = target.getFileSystem().supportedFileAttributeViews().contains("posix");
        return isPosix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }

    /** Whether this is the token; used up by {@link #done}. */
    boolean fits(String given) {
        lock.lock();
        try {
            String current = token;
            return current != null && clock.instant().isBefore(until) && Secrets.areEqual(current, given.strip());
        } finally {
            lock.unlock();
        }
    }

    /** There is a user now: no token counts any more. */
    void done() {
        lock.lock();
        try {
            forget();
        } finally {
            lock.unlock();
        }
    }

    /** The server stops: its token counts no more, and no other is written. */
    void close() {
        lock.lock();
        try {
            isClosed = true;
            forget();
        } finally {
            lock.unlock();
        }
    }

    private void forget() {
        Path old = file;
        String written = token;
        file = null;
        token = null;
        if (old == null || written == null) {
            return;
        }
        try {
            // A server that starts before this one has stopped may have put its own token there.
            if (Files.exists(old) && Files.readString(old).strip().equals(written)) {
                Files.delete(old);
            }
        } catch (IOException e) {
            LOG.log(Level.WARNING, "the file of a set-up token that counts no more cannot be deleted: " + old, e);
        }
    }
}
