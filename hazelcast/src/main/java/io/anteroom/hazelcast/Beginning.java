// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import io.anteroom.admission.PoolMode;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the node that makes a pool's state anew knows of the cluster.
 *
 * @param present the names of those that are there, and are to tell what they hold
 * @param missing those that were there not long ago and may live: nobody knows what they have in use
 * @param expected how many nodes there should be at least
 * @param had how many requests of this node ran when a state was heard of last: whoever has that state counts them
 */
record Beginning(List<String> present, List<NodeView> missing, int expected, int had) {
    Governor governor(PoolMode mode) {
        return new Governor(mode, present, had);
    }

    /** Those that are missing count as silent until they are heard of, are dead, or have been missing for long. */
    SortedMap<String, NodeBook> books() {
        SortedMap<String, NodeBook> books = new TreeMap<>();
        for (NodeView node : missing) {
            NodeBook book = new NodeBook(node.session());
            book.isSilent = true;
            book.isUnheard = true;
            books.put(node.name(), book);
        }
        return books;
    }
}
