// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A file that is written to as long as that goes. What cannot be written, as on a full disk, is dropped and counted: it
 * is said once, tried again with what comes {@value #PAUSE_MILLIS} ms later, in a file opened anew, and said again when
 * it goes well. A file that was taken away, as {@code logrotate} does, is opened anew within that time. Never throws.
 * One thread at a time.
 */
final class LogFile extends OutputStream {
    private static final System.Logger LOG = System.getLogger(LogFile.class.getName());
    private static final int PAUSE_MILLIS = 1000;
    private static final long PAUSE_NANOS = Duration.ofMillis(PAUSE_MILLIS).toNanos();

    private final Path path;
    private final LongSupplier nanoClock;
    private @Nullable OutputStream file;
    /** Which file it is, whatever its name is by now; null where file systems do not say. */
    private @Nullable Object key;

    private long lookedAt;
    private boolean isTroubled;
    private long failedAt;
    private long dropped;

    /** A file that is opened with the first line, and written to at its end. */
    LogFile(Path path, LongSupplier nanoClock) {
        this.path = path;
        this.nanoClock = nanoClock;
    }

    @Override
    public void write(int one) {
        write(new byte[] {(byte) one}, 0, 1);
    }

    /** One line, or several. */
    @Override
    public void write(byte[] bytes, int from, int length) {
        if (isTroubled && nanoClock.getAsLong() - failedAt < PAUSE_NANOS) {
            dropped++;
            return;
        }
        if (file != null && isTakenAway()) {
            close();
        }
        try {
            OutputStream open = file == null ? open() : file;
            file = open;
            open.write(bytes, from, length);
            well();
        } catch (IOException e) {
            troubled(e);
        }
    }

    private OutputStream open() throws IOException {
        Path folder = path.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        boolean endsInside = endsInsideOfALine();
        OutputStream opened = new FileOutputStream(path.toFile(), true);
        if (endsInside) {
            try {
                opened.write("\n".getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                opened.close();
                throw e;
            }
        }
        key = keyOf(path);
        lookedAt = nanoClock.getAsLong();
        return opened;
    }

    /** Looks once in a while. */
    private boolean isTakenAway() {
        long now = nanoClock.getAsLong();
        if (now - lookedAt < PAUSE_NANOS) {
            return false;
        }
        lookedAt = now;
        return !Files.exists(path) || !Objects.equals(key, keyOf(path));
    }

    private static @Nullable Object keyOf(Path path) {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
        } catch (IOException e) {
            return null;
        }
    }

    /** The last line of a disk that was full may have been written in part. */
    private boolean endsInsideOfALine() throws IOException {
        if (!Files.isRegularFile(path) || Files.size(path) == 0) {
            return false;
        }
        try (RandomAccessFile read = new RandomAccessFile(path.toFile(), "r")) {
            read.seek(read.length() - 1);
            return read.read() != '\n';
        }
    }

    private void well() {
        if (isTroubled) {
            LOG.log(Level.WARNING, path + " is written again; lines that are missing: " + dropped);
            isTroubled = false;
            dropped = 0;
        }
    }

    private void troubled(IOException e) {
        close();
        dropped++;
        failedAt = nanoClock.getAsLong();
        if (!isTroubled) {
            LOG.log(Level.ERROR, path + " cannot be written: " + reason(e) + "; it is tried again");
            isTroubled = true;
        }
    }

    /** Those of files say of what file they are, and the kind of exception what is wrong with it. */
    private static String reason(IOException e) {
        return e instanceof FileSystemException ? e.toString() : String.valueOf(e.getMessage());
    }

    @Override
    public void close() {
        OutputStream open = file;
        file = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                LOG.log(Level.DEBUG, "the end of a log was lost", e);
            }
        }
    }
}
