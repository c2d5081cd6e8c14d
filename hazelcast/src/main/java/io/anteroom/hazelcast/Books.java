// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import io.anteroom.admission.Effect;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What a shared pool keeps for each node, by its name. Part of the pool's state, and guarded like that. */
final class Books {
    private final SortedMap<String, NodeBook> byNode;

    Books(SortedMap<String, NodeBook> byNode) {
        this.byNode = byNode;
    }

    Collection<NodeBook> all() {
        return byNode.values();
    }

    void forEach(BiConsumer<String, NodeBook> action) {
        byNode.forEach(action);
    }

    /** Whatever run of that node it is of. */
    @Nullable NodeBook find(String node) {
        return byNode.get(node);
    }

    /** Of that very run of the node. */
    @Nullable NodeBook find(String node, long session) {
        NodeBook book = byNode.get(node);
        return book != null && book.session == session ? book : null;
    }

    /** Of that very run of the node, new if there was none. */
    NodeBook open(String node, long session) {
        NodeBook known = find(node, session);
        if (known != null) {
            return known;
        }
        NodeBook book = new NodeBook(session);
        byNode.put(node, book);
        return book;
    }

    void remove(String node) {
        byNode.remove(node);
    }

    /** Keeps for a node what became of one of its requests. */
    void post(Effect effect) {
        NodeBook book = byNode.get(effect.node());
        if (book != null) {
            book.post(effect);
            if (book.isSilent && effect instanceof Effect.LeaseExpired) {
                book.ghosts--;
            }
        }
    }

    /** Nodes of another release come and go: what they do not know of is as if it had never been. */
    void forgetWhoIsQuiet() {
        byNode.values().removeIf(book -> book.isQuiet);
        for (NodeBook book : byNode.values()) {
            book.handedOverByOthers();
            book.isUnheard = false;
            book.heardNanos = 0;
            book.word = NodeBook.Word.NONE;
        }
    }

    /** Whether somebody of those that take part would have the pool held, and nobody would not. */
    boolean wouldHold(Predicate<String> isHere) {
        boolean isHeld = false;
        for (Map.Entry<String, NodeBook> one : byNode.entrySet()) {
            NodeBook book = one.getValue();
            if (book.word != NodeBook.Word.NONE && book.isHeard() && isHere.test(one.getKey())) {
                if (book.word == NodeBook.Word.SERVE) {
                    return false;
                }
                isHeld = true;
            }
        }
        return isHeld;
    }

    /** The number of the next mail of each node. */
    Map<String, Long> nextMails() {
        Map<String, Long> next = new HashMap<>();
        byNode.forEach((node, book) -> next.put(node, book.nextMail()));
        return next;
    }

    /** All mail of other nodes since then, for nodes of the first release, who are told by the one who caused it. */
    Map<String, Mail> news(String besides, Map<String, Long> before) {
        Map<String, Mail> news = new HashMap<>();
        byNode.forEach((node, book) -> {
            Long first = before.get(node);
            if (!node.equals(besides) && first != null && book.nextMail() > first && book.isHeard()) {
                news.put(node, book.since(first));
            }
        });
        return news;
    }

    /** Has everybody told who has new mail and was not told since it was heard last. */
    void announce(BiConsumer<String, Bell> teller) {
        for (Map.Entry<String, NodeBook> one : byNode.entrySet()) {
            if (one.getValue().rings()) {
                teller.accept(one.getKey(), one.getValue().bell);
            }
        }
    }

    /** The nodes that hold something here. */
    List<Reply.Seen> seen() {
        List<Reply.Seen> nodes = new ArrayList<>(byNode.size());
        byNode.forEach((name, one) -> nodes.add(new Reply.Seen(name, one.session, one.isSilent)));
        return nodes;
    }

    /** {@link Reply.Seen#sum} of {@link #seen}. */
    long seenSum() {
        long sum = Reply.Seen.NOBODY;
        for (Map.Entry<String, NodeBook> one : byNode.entrySet()) {
            NodeBook book = one.getValue();
            sum = Reply.Seen.sum(sum, one.getKey(), book.session, book.isSilent);
        }
        return sum;
    }

    void save(DataOutput out, int version) throws IOException {
        SortedMap<String, NodeBook> saved = new TreeMap<>(byNode);
        // Who reads the older form must not take in what a quiet node says before it has registered.
        saved.values().removeIf(book -> book.isQuiet && version < Codec.WITH_HANDING_OVER);
        out.writeInt(saved.size());
        for (Map.Entry<String, NodeBook> book : saved.entrySet()) {
            out.writeUTF(book.getKey());
            book.getValue().save(out, version);
        }
    }

    static Books load(DataInput in, int version) throws IOException {
        TreeMap<String, NodeBook> books = new TreeMap<>();
        int count = in.readInt();
        for (int i = 0; i < count; i++) {
            String node = in.readUTF();
            books.put(node, NodeBook.load(in, version));
        }
        return new Books(books);
    }
}
