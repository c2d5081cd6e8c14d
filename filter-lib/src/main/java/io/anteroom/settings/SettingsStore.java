// SPDX-License-Identifier: Apache-2.0
package io.anteroom.settings;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the revisions of the settings. Safe from any thread, and from several servers at once: of two that append the
 * same number, one is told so. What {@link #append} has acknowledged is there after a crash.
 *
 * <p>Every method throws {@link StoreException} if the store cannot be reached or read.
 */
public interface SettingsStore extends AutoCloseable {
    /** The revision that counts, or null if there has never been one. */
    @Nullable Revision latest();

    /** The number of the revision that counts, 0 if there has never been one; cheap, for asking often. */
    long latestNumber();

    /** The revision with that number, or null if it is not kept any more. */
    @Nullable Revision find(long number);

    /**
     * What there is, newest first.
     *
     * @param before only those with a smaller number
     * @param most at most so many, from 1 to 200
     */
    List<Revision.Note> history(long before, int most);

    /**
     * Adds a revision, and forgets the oldest beyond its own {@link Retention#revisions()}.
     *
     * @return false, and nothing is changed, if its number is not one more than the latest
     */
    boolean append(Revision revision);

    /**
     * The same for who knows what is different from the revision before, so that it need not be read again.
     *
     * @param changes what stands differently in the two
     */
    default boolean append(Revision revision, List<Change> changes) {
        return append(revision);
    }

    /** Lets go of files and connections. */
    @Override
    void close();
}
