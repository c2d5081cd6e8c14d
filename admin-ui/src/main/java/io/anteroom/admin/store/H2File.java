// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.store;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.h2.mvstore.MVStoreTool;
import org.jspecify.annotations.Nullable;

/**
 * The file of an embedded H2, in a mode in which nothing that was committed is lost: it is only ever appended to, and
 * flushed after what was appended. What that takes in room is given back by copying what is alive to a new file. Safe
 * from any thread, but for {@link #open} and {@link #close}, for which its database must be closed.
 */
final class H2File {
    private static final System.Logger LOG = System.getLogger(H2File.class.getName());
    private static final String SUFFIX = ".mv.db";
    private static final String CHANGED = "-new";
    /** Both copies of the header, which H2 writes at once when it makes a file. */
    private static final int SHORTEST = 2 * 4096;
    /**
     * Without a delay a commit is written when it returns. With space reused, H2 2.3 and newer may open an older commit
     * after a crash: see docs/decisions/0021-durability.md. Compaction at close would reuse space. Each commit is
     * flushed, so that those who wait for a row on a slow disk wait longer than H2's usual 2 s.
     */
    private static final String OPTIONS =
            ";WRITE_DELAY=0;REUSE_SPACE=FALSE;MAX_COMPACT_TIME=0;DB_CLOSE_ON_EXIT=FALSE;LOCK_TIMEOUT=20000";

    private final Path directory;
    private final Path path;
    private final Path changed;
    private final String url;
    private final String changedUrl;
    private @Nullable FileChannel channel;
    private long flushed;

    H2File(Path directory, String name) {
        this.directory = directory.toAbsolutePath();
        this.path = directory.resolve(name + SUFFIX);
        this.changed = directory.resolve(name + CHANGED + SUFFIX);
        this.url = "jdbc:h2:file:" + directory.resolve(name) + OPTIONS;
        this.changedUrl = "jdbc:h2:file:" + directory.resolve(name + CHANGED) + OPTIONS;
    }

    String url() {
        return url;
    }

    /** Makes the directory; whether there is a file in it already. */
    boolean exists() throws IOException {
        makeDirectory(directory);
        return Files.exists(path) && Files.size(path) >= SHORTEST;
    }

    /** Copies the file, if there is one, to be changed at {@link #changedUrl()}; its database must be closed. */
    void copy() throws IOException {
        Files.deleteIfExists(changed);
        if (exists()) {
            Files.copy(path, changed);
        }
    }

    String changedUrl() {
        return changedUrl;
    }

    /** Puts the changed copy in the place of the file, at once and whole; both databases must be closed. */
    void takeChanged() throws IOException {
        flush(changed);
        Files.move(changed, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        flushDirectory();
    }

    private static void flush(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    /** A name that has changed is in the directory; systems that do not open directories flush it by themselves. */
    private void flushDirectory() {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "the directory is not flushed", e);
        }
    }

    /** Gets ready to flush, once H2 has made the file. */
    synchronized void open() throws IOException {
        // Kept as long as H2 has the file: closing any channel of a file lets go of the lock that H2 has on it.
        channel = FileChannel.open(path, StandardOpenOption.WRITE);
        flushed = 0;
    }

    /** Makes what has been appended survive the loss of power too. */
    synchronized void flush() throws IOException {
        FileChannel open = channel;
        if (open != null) {
            long size = open.size();
            if (size != flushed) {
                open.force(true);
                flushed = size;
            }
        }
    }

    synchronized long size() throws IOException {
        FileChannel open = channel;
        return open == null ? 0 : open.size();
    }

    /** Once H2 has let go of the file. */
    synchronized void close() {
        FileChannel open = channel;
        channel = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                LOG.log(Level.WARNING, path + " could not be closed", e);
            }
        }
    }

    /** Copies what is alive to a new file, which takes the place of the old one at once and whole. */
    void compact() throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        long before = Files.size(path);
        MVStoreTool.compact(path.toString(), false);
        flush(path);
        flushDirectory();
        LOG.log(Level.INFO, "{0}: {1} bytes became {2}", path, before, Files.size(path));
    }

    /** What is kept is nobody else's business; a directory that is there already stays as its owner wants it. */
    private static void makeDirectory(Path directory) throws IOException {
        boolean isPosix =
                directory.getFileSystem().supportedFileAttributeViews().contains("posix");
        if (isPosix) {
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } else {
            Files.createDirectories(directory);
        }
    }
}
