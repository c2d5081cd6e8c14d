// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.FileAppender;
import ch.qos.logback.core.OutputStreamAppender;
import io.anteroom.event.QueueEvent;
import io.anteroom.event.QueueListener;
import io.anteroom.gateway.config.GatewayConfig.Log;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.RequestLog;
import org.eclipse.jetty.server.Response;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * One line for each request, as {@code key=value} with a blank between: what came, what it was answered, and how it
 * fared in the queue. Whatever a client sends, a line stays one line and a value one value.
 */
final class AccessLog implements RequestLog, QueueListener, AutoCloseable {
    private static final String REQUEST_ID = "Queue-Request-Id";
    private static final int LONGEST_VALUE = 300;

    private final Logger logger;
    private final OutputStreamAppender<ILoggingEvent> appender;
    private final Map<String, Stay> stays = new ConcurrentHashMap<>();

    /** What is known of a request that takes a slot. */
    private record Stay(QueueEvent last, long admittedNanos) {}

    AccessLog(Log settings) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.getLogger("io.anteroom").setLevel(Level.toLevel(settings.level()));
        appender = settings.file().isPresent() ? new FileAppender<>() : new ConsoleAppender<>();
        if (appender instanceof FileAppender<ILoggingEvent> file) {
            file.setFile(settings.file().orElseThrow().toString());
        }
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern("%msg%n");
        encoder.start();
        appender.setContext(context);
        appender.setEncoder(encoder);
        appender.start();
        logger = context.getLogger("anteroom.access." + System.identityHashCode(this));
        logger.setAdditive(false);
        logger.setLevel(Level.INFO);
        logger.addAppender(appender);
    }

    @Override
    public void on(QueueEvent event) {
        switch (event.kind()) {
            case QUEUED, REFUSED, SHED, EXPIRED, ABANDONED, KEPT -> stays.put(event.requestId(), new Stay(event, 0));
            case ADMITTED -> stays.put(event.requestId(), new Stay(event, System.nanoTime()));
            case RELEASED, GIVEN_UP, FELL_BACK -> {}
        }
    }

    @Override
    public void log(Request request, Response response) {
        long now = System.nanoTime();
        String id = response.getHeaders().get(REQUEST_ID);
        StringBuilder line = new StringBuilder(300).append("time=").append(Instant.now());
        HttpURI uri = request.getHttpURI();
        put(line, "id", id);
        put(line, "ip", Request.getRemoteAddr(request));
        put(line, "method", request.getMethod());
        put(line, "path", uri == null ? null : uri.getPath());
        put(line, "protocol", request.getConnectionMetaData().getHttpVersion().asString());
        line.append(" status=").append(response.getStatus());
        line.append(" bytes=").append(Response.getContentBytesWritten(response));
        line.append(" ms=").append((now - request.getBeginNanoTime()) / 1_000_000);
        Stay stay = id == null ? null : stays.remove(id);
        if (stay != null) {
            queue(line, stay, now);
        }
        put(line, "upstream_error", response.getHeaders().get("Queue-Upstream-Error"));
        logger.info(line.toString());
    }

    private static void queue(StringBuilder line, Stay stay, long now) {
        QueueEvent event = stay.last();
        put(line, "pool", event.pool());
        put(
                line,
                "key",
                event.caller()
                        .key()
                        .substring(0, Math.min(12, event.caller().key().length())));
        put(line, "priority", event.priority().name().toLowerCase(Locale.ROOT));
        put(line, "outcome", event.kind().name().toLowerCase(Locale.ROOT));
        line.append(" waited_ms=").append(event.waited().toMillis());
        line.append(" position=").append(event.position());
        if (stay.admittedNanos() != 0) {
            line.append(" upstream_ms=").append((now - stay.admittedNanos()) / 1_000_000);
        }
        if (event.refusal() != null) {
            put(line, "refusal", event.refusal().name().toLowerCase(Locale.ROOT));
        }
    }

    private static void put(StringBuilder line, String key, @Nullable String value) {
        if (value == null) {
            return;
        }
        line.append(' ').append(key).append('=');
        for (int i = 0; i < Math.min(LONGEST_VALUE, value.length()); i++) {
            char character = value.charAt(i);
            line.append(character > ' ' && character < 0x7f && character != '"' ? character : '_');
        }
    }

    @Override
    public void close() {
        logger.detachAndStopAllAppenders();
    }
}
