// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.proxy;

import io.anteroom.gateway.config.UpstreamGroup.Retry;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the beginning of an answer before the client gets anything of it: an engine may say in the first event of a
 * stream that it is busy, and a backend may break off after its head. Whatever has been read is handed on. The head of
 * a stream is held back for a moment at most, its first event not at all.
 */
final class Peek implements Content.Source {
    private final Attempt attempt;
    private final Response response;
    private final Content.Source source;
    private final Retry settings;
    private final Scheduler scheduler;
    private final boolean isStream;
    private final AtomicBoolean hasDecided = new AtomicBoolean();
    private final Deque<Content.Chunk> held = new ArrayDeque<>();
    private final ByteArrayOutputStream seen = new ByteArrayOutputStream(0);
    private volatile Scheduler.@Nullable Task timer;
    private boolean isDemanded;
    private @Nullable Runnable wanted;

    Peek(Attempt attempt, Response response, Content.Source source, Retry settings, Scheduler scheduler) {
        this.attempt = attempt;
        this.response = response;
        this.source = source;
        this.settings = settings;
        this.scheduler = scheduler;
        String type = response.getHeaders().get("Content-Type");
        this.isStream = type != null && response.getStatus() == 200 && FirstEvent.isStream(type);
    }

    void begin() {
        if (isStream && settings.peekWithin().isZero()) {
            tooLate();
            return;
        }
        look();
        if (isStream && !hasDecided.get()) {
            // Most streams have their first event at hand, so that no timer has to be woken for them.
            timer = scheduler.schedule(this::tooLate, settings.peekWithin().toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    /** Reads what is there until something is certain. One thread at a time: called by what was demanded. */
    private void look() {
        while (!hasDecided.get()) {
            Content.Chunk chunk = readOn();
            if (chunk == null) {
                return;
            }
            if (Content.Chunk.isFailure(chunk)) {
                if (decides()) {
                    Throwable cause = chunk.getFailure();
                    attempt.failed(cause == null ? new IOException("no cause") : cause);
                }
                return;
            }
            FirstEvent.Verdict verdict = judge(chunk);
            if (isStream && chunk.isLast() && seen.size() == 0 && !chunk.hasRemaining()) {
                // Nothing at all is no stream: without a length, a backend that breaks off looks like that.
                if (decides()) {
                    attempt.failed(new EOFException("an empty stream"));
                }
                return;
            }
            if (verdict != FirstEvent.Verdict.UNDECIDED && decides()) {
                if (verdict == FirstEvent.Verdict.BUSY) {
                    attempt.unwelcome(response, this, "stream_error");
                } else {
                    attempt.welcome(response, this);
                }
            }
        }
    }

    /** The next piece, kept for the client; null if there is none yet, or nobody looks any more. */
    private Content.@Nullable Chunk readOn() {
        Content.Chunk chunk;
        synchronized (this) {
            // Under the lock, because the one who decides by the time may hand the source on at any moment.
            if (hasDecided.get()) {
                return null;
            }
            chunk = source.read();
            if (chunk != null && !Content.Chunk.isFailure(chunk)) {
                held.add(chunk);
            }
            isDemanded = chunk == null;
        }
        if (chunk == null) {
            source.demand(this::more);
        }
        return chunk;
    }

    private FirstEvent.Verdict judge(Content.Chunk chunk) {
        if (!isStream || chunk.isLast()) {
            return isStream ? orFine(verdict(chunk)) : FirstEvent.Verdict.FINE;
        }
        FirstEvent.Verdict verdict = verdict(chunk);
        return seen.size() >= settings.peekBytes() ? orFine(verdict) : verdict;
    }

    private static FirstEvent.Verdict orFine(FirstEvent.Verdict verdict) {
        return verdict == FirstEvent.Verdict.UNDECIDED ? FirstEvent.Verdict.FINE : verdict;
    }

    private FirstEvent.Verdict verdict(Content.Chunk chunk) {
        if (seen.size() == 0 && FirstEvent.isPlain(chunk.getByteBuffer())) {
            return FirstEvent.Verdict.FINE;
        }
        ByteBuffer bytes = chunk.getByteBuffer().slice();
        byte[] piece = new byte[Math.min(bytes.remaining(), Math.max(0, settings.peekBytes() - seen.size()))];
        bytes.get(piece);
        seen.writeBytes(piece);
        return FirstEvent.judge(seen.toByteArray());
    }

    private void more() {
        Runnable other;
        synchronized (this) {
            isDemanded = false;
            other = wanted;
            wanted = null;
        }
        if (other != null) {
            other.run();
        } else {
            look();
        }
    }

    /** Nothing has come for a while: the client shall see at least the head. */
    private void tooLate() {
        if (decides()) {
            attempt.welcome(response, this);
        }
    }

    private boolean decides() {
        if (!hasDecided.compareAndSet(false, true)) {
            return false;
        }
        Scheduler.Task pending = timer;
        if (pending != null) {
            pending.cancel();
        }
        return true;
    }

    @Override
    public Content.@Nullable Chunk read() {
        synchronized (this) {
            Content.Chunk chunk = held.poll();
            if (chunk != null) {
                return chunk;
            }
            if (isDemanded) {
                return null;
            }
        }
        return source.read();
    }

    @Override
    public void demand(Runnable demandCallback) {
        boolean isThere;
        synchronized (this) {
            isThere = !held.isEmpty();
            if (!isThere && isDemanded) {
                wanted = demandCallback;
                return;
            }
        }
        if (isThere) {
            scheduler.schedule(demandCallback, 0, TimeUnit.NANOSECONDS);
        } else {
            source.demand(demandCallback);
        }
    }

    @Override
    public void fail(Throwable cause) {
        synchronized (this) {
            held.forEach(Content.Chunk::release);
            held.clear();
        }
        source.fail(cause);
    }
}
