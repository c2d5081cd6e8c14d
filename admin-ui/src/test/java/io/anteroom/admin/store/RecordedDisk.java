// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.h2.store.fs.FileBase;
import org.h2.store.fs.FilePath;
import org.h2.store.fs.FilePathWrapper;

/**
 * Files of H2 whose writes are remembered in their order, at {@code recorded:} before their path. H2 makes its
 * instances.
 */
public final class RecordedDisk extends FilePathWrapper {
    static final String SCHEME = "recorded";
    static final int PAGE = 4096;
    private static final List<Step> STEPS = new ArrayList<>();

    /**
     * Something that happened.
     *
     * @param position where bytes were written; or the length that the file was cut to
     * @param bytes what was written, empty if nothing was
     * @param acknowledged the number that was acknowledged, 0 if none was
     */
    record Step(long position, byte[] bytes, long acknowledged) {
        /** The file after it; only its first pages where the writing was cut off. */
        byte[] after(byte[] file, int pages) {
            if (acknowledged > 0) {
                return file;
            }
            if (bytes.length == 0) {
                return Arrays.copyOf(file, (int) Math.min(file.length, position));
            }
            int length = (int) Math.min(bytes.length, (long) pages * PAGE);
            byte[] changed = Arrays.copyOf(file, (int) Math.max(file.length, position + length));
            System.arraycopy(bytes, 0, changed, (int) position, length);
            return changed;
        }
    }

    static void begin() {
        FilePath.register(new RecordedDisk());
        synchronized (STEPS) {
            STEPS.clear();
        }
    }

    static void acknowledge(long number) {
        note(new Step(0, new byte[0], number));
    }

    static List<Step> steps() {
        synchronized (STEPS) {
            return List.copyOf(STEPS);
        }
    }

    private static void note(Step step) {
        synchronized (STEPS) {
            STEPS.add(step);
        }
    }

    @Override
    public String getScheme() {
        return SCHEME;
    }

    @Override
    public FileChannel open(String mode) throws IOException {
        FileChannel channel = getBase().open(mode);
        return getBase().toString().endsWith(".mv.db") ? new Recorded(channel) : channel;
    }

    private static final class Recorded extends FileBase {
        private final FileChannel real;

        Recorded(FileChannel real) {
            this.real = real;
        }

        @Override
        protected void implCloseChannel() throws IOException {
            real.close();
        }

        @Override
        public long position() throws IOException {
            return real.position();
        }

        @Override
        public FileChannel position(long position) throws IOException {
            real.position(position);
            return this;
        }

        @Override
        public long size() throws IOException {
            return real.size();
        }

        @Override
        public int read(ByteBuffer to) throws IOException {
            return real.read(to);
        }

        @Override
        public int read(ByteBuffer to, long position) throws IOException {
            return real.read(to, position);
        }

        @Override
        public int write(ByteBuffer from) throws IOException {
            int written = write(from, real.position());
            real.position(real.position() + written);
            return written;
        }

        @Override
        public int write(ByteBuffer from, long position) throws IOException {
            byte[] bytes = new byte[from.remaining()];
            from.duplicate().get(bytes);
            note(new Step(position, bytes, 0));
            int written = 0;
            while (from.hasRemaining()) {
                written += real.write(from, position + written);
            }
            return written;
        }

        @Override
        public FileChannel truncate(long length) throws IOException {
            note(new Step(length, new byte[0], 0));
            real.truncate(length);
            return this;
        }

        @Override
        public void force(boolean metadata) throws IOException {
            real.force(metadata);
        }

        @Override
        public FileLock tryLock(long position, long size, boolean shared) throws IOException {
            return real.tryLock(position, size, shared);
        }
    }
}
