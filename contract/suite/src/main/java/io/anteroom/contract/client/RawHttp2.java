// SPDX-License-Identifier: Apache-2.0
package io.anteroom.contract.client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.HTTP2Session;
import org.eclipse.jetty.http2.api.Session;
import org.eclipse.jetty.http2.api.Stream;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.http2.frames.DataFrame;
import org.eclipse.jetty.http2.frames.GoAwayFrame;
import org.eclipse.jetty.http2.frames.HeadersFrame;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** An HTTP/2 connection with small flow-control windows, so that not reading soon stops the sender. */
public final class RawHttp2 implements AutoCloseable {
    private static final int WINDOW = 65_535;
    private static final HTTP2Client CLIENT = startedClient();

    private final Session session;
    private final Events events;

    private RawHttp2(Session session, Events events) {
        this.session = session;
        this.events = events;
    }

    private static HTTP2Client startedClient() {
        HTTP2Client client = new HTTP2Client();
        QueuedThreadPool threads = new QueuedThreadPool(32);
        threads.setDaemon(true);
        threads.setName("h2-client");
        client.setExecutor(threads);
        client.setInitialStreamRecvWindow(WINDOW);
        client.setInitialSessionRecvWindow(8 << 20);
        client.setConnectTimeout(Patience.LIMIT.toMillis());
        client.setIdleTimeout(60_000);
        client.setMaxRequestHeadersSize(64 << 10);
        try {
            client.start();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        return client;
    }

    /** Connects. */
    public static RawHttp2 to(int port) {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        Events events = new Events();
        return new RawHttp2(Waiting.on(CLIENT.connect(address, events)), events);
    }

    /** Sends a whole request on a stream of its own. */
    public Http2Call send(Request request) {
        HttpFields.Mutable fields = HttpFields.build();
        request.headers().forEach((name, value) -> fields.add(name.toLowerCase(Locale.ROOT), value));
        byte[] body = request.body().getBytes(StandardCharsets.ISO_8859_1);
        if (body.length > 0) {
            fields.put("content-length", body.length);
        }
        HttpURI uri = HttpURI.from("http://localhost" + request.path());
        MetaData.Request head = new MetaData.Request(request.method(), uri, HttpVersion.HTTP_2, fields);
        Http2Call call = new Http2Call(this);
        Stream stream = Waiting.on(session.newStream(new HeadersFrame(head, null, body.length == 0), call));
        if (body.length > 0) {
            stream.data(new DataFrame(stream.getId(), ByteBuffer.wrap(body), true), Callback.NOOP);
        }
        return call.on(stream);
    }

    /** Cuts the TCP connection without a GOAWAY. */
    void cut(boolean reset) {
        EndPoint endPoint = ((HTTP2Session) session).getEndPoint();
        if (reset && endPoint.getTransport() instanceof SocketChannel channel) {
            try {
                channel.setOption(StandardSocketOptions.SO_LINGER, 0);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        endPoint.close();
    }

    @Override
    public void close() {
        session.close(0, "", Callback.NOOP);
    }

    /** What has happened to the connection itself, for those whose answers break off. */
    @Override
    public String toString() {
        return session.getLocalSocketAddress() + " " + events.seen;
    }

    /** Remembers what ends a connection. */
    private static final class Events implements Session.Listener {
        private final Queue<String> seen = new ConcurrentLinkedQueue<>();

        @Override
        public void onGoAway(Session from, GoAwayFrame frame) {
            seen.add(frame.toString() + " '" + frame.tryConvertPayload() + "'");
        }

        @Override
        public void onClose(Session from, GoAwayFrame frame, Callback callback) {
            seen.add("closed by " + frame);
            callback.succeeded();
        }

        @Override
        public void onFailure(Session from, Throwable failure, Callback callback) {
            seen.add("failed by " + failure);
            callback.succeeded();
        }
    }

    /** Waits for what a Jetty client promises. */
    private static final class Waiting {
        static <T> T on(CompletableFuture<T> promised) {
            try {
                return promised.get(Patience.LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            } catch (ExecutionException | TimeoutException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
