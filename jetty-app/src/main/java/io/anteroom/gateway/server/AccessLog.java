// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.OutputStreamAppender;
import io.anteroom.event.Arriving;
import io.anteroom.event.QueueEvent;
import io.anteroom.event.QueueListener;
import io.anteroom.event.Trace;
import io.anteroom.gateway.config.GatewayConfig.Log;
import io.anteroom.gateway.config.GatewayConfig.LogFormat;
import java.time.Instant;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.RequestLog;
import org.eclipse.jetty.server.Response;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * One line for each request, as {@code key=value} with a blank between or as JSON: what came, what it was answered, and
 * how it fared in the queue.
 */
final class AccessLog implements RequestLog, QueueListener, AutoCloseable {
    private static final String REQUEST_ID = "Queue-Request-Id";
    private static final String STAY = "io.anteroom.access-log";
    private static final Pattern TRACEPARENT = Pattern.compile("[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-[0-9a-f]{16}-.*");
    private static final int SHOWN_OF_KEY = 12;

    private final Logger logger;
    private final OutputStreamAppender<ILoggingEvent> appender;
    private final LogFormat format;
    private final Function<String, @Nullable String> names;

    /** How a request fares in the queue; told by one thread after the other. */
    private static final class Stay implements QueueListener {
        private final @Nullable String traceparent;
        private volatile @Nullable QueueEvent last;
        private volatile long admittedNanos;
        private volatile boolean hasFallenBack;

        Stay(@Nullable String traceparent) {
            this.traceparent = traceparent;
        }

        @Override
        public void on(QueueEvent event) {
            switch (event.kind()) {
                case QUEUED, REFUSED, SHED, EXPIRED, ABANDONED, KEPT -> last = event;
                case ADMITTED -> {
                    last = event;
                    admittedNanos = System.nanoTime();
                }
                case FELL_BACK -> hasFallenBack = true;
                case RELEASED, GIVEN_UP -> {}
            }
        }
    }

    /**
     * A log.
     *
     * @param names the names of callers by their flows, null for who has none
     */
    AccessLog(Log settings, Function<String, @Nullable String> names) {
        this.names = names;
        this.format = settings.format();
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.getLogger("io.anteroom").setLevel(Level.toLevel(settings.level()));
        appender = settings.file().isPresent() ? new OutputStreamAppender<>() : new ConsoleAppender<>();
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern("%msg%n");
        encoder.start();
        appender.setContext(context);
        appender.setEncoder(encoder);
        // Logback's own file says nothing when it cannot be written, and comes back minutes after it could be.
        settings.file().ifPresent(file -> appender.setOutputStream(new LogFile(file, System::nanoTime)));
        appender.start();
        logger = context.getLogger("anteroom.access." + System.identityHashCode(this));
        logger.setAdditive(false);
        logger.setLevel(Level.INFO);
        logger.addAppender(appender);
    }

    @Override
    public void on(QueueEvent event) {
        // Each request is followed on its own.
    }

    @Override
    public QueueListener arrives(Arriving request) {
        Stay stay = new Stay(request.header("traceparent"));
        request.attribute(STAY, stay);
        return stay;
    }

    @Override
    public void log(Request request, Response response) {
        long now = System.nanoTime();
        HttpURI uri = request.getHttpURI();
        LogLine line = new LogLine(format)
                .put("time", Instant.now().toString())
                .put("id", response.getHeaders().get(REQUEST_ID))
                .put("ip", Request.getRemoteAddr(request))
                .put("method", request.getMethod())
                .put("path", uri == null ? null : uri.getPath())
                .put(
                        "protocol",
                        request.getConnectionMetaData().getHttpVersion().asString())
                .put("status", response.getStatus())
                .put("bytes", Response.getContentBytesWritten(response))
                .put("ms", (now - request.getBeginNanoTime()) / 1_000_000);
        if (request.getAttribute(STAY) instanceof Stay stay) {
            queue(line, stay, now);
            line.put("trace", trace(request, stay));
        }
        line.put("upstream_error", response.getHeaders().get("Queue-Upstream-Error"));
        logger.info(line.end());
    }

    private void queue(LogLine line, Stay stay, long now) {
        QueueEvent event = stay.last;
        if (event == null) {
            return;
        }
        String key = event.caller().key();
        line.put("pool", event.pool())
                .put("key", key.startsWith("key-") ? key.substring(0, Math.min(SHOWN_OF_KEY, key.length())) : key)
                .put("caller", names.apply(key))
                .put("priority", event.priority().name().toLowerCase(Locale.ROOT))
                .put(
                        "outcome",
                        stay.hasFallenBack ? "fallback" : event.kind().name().toLowerCase(Locale.ROOT))
                .put("waited_ms", event.waited().toMillis())
                .put("position", event.position());
        if (stay.admittedNanos != 0) {
            line.put("upstream_ms", (now - stay.admittedNanos) / 1_000_000);
        }
        if (event.refusal() != null) {
            line.put("refusal", event.refusal().name().toLowerCase(Locale.ROOT));
        }
    }

    /** The trace that we make spans of, else the one that the client says it is part of. */
    private static @Nullable String trace(Request request, Stay stay) {
        if (request.getAttribute(Trace.ATTRIBUTE) instanceof Trace trace) {
            return trace.traceId();
        }
        Matcher told = TRACEPARENT.matcher(stay.traceparent == null ? "" : stay.traceparent);
        return told.matches() ? told.group(1) : null;
    }

    @Override
    public void close() {
        logger.detachAndStopAllAppenders();
    }
}
