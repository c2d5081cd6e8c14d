// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.sim;

import io.anteroom.gateway.net.WatchingConnector;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor.DiscardPolicy;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * A simulated model server on loopback that speaks the OpenAI API: chat completions, streaming and not, a set number of
 * slots, and metrics as vLLM names them. It counts for itself how many requests are there at once, so that whoever lets
 * in too many is found out here.
 */
public final class ModelServer implements AutoCloseable {
    private final Server server;
    private final ServerConnector connector;
    private final ModelSlots slots;
    private final ScheduledThreadPoolExecutor scheduler;

    private ModelServer(ModelSettings settings, SlotObserver observer) {
        QueuedThreadPool threads = new QueuedThreadPool(16, 2);
        threads.setName("model");
        threads.setDaemon(true);
        server = new Server(threads);
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        connector = new WatchingConnector(server, Duration.ofSeconds(30), new HttpConnectionFactory(http));
        connector.setHost("127.0.0.1");
        connector.setPort(settings.port());
        connector.setIdleTimeout(600_000); // also the longest silence of an answer in the making
        connector.setAcceptQueueSize(4096);
        server.addConnector(connector);
        slots = new ModelSlots(settings.slots());
        // What comes after the end is dropped: by then nobody reads it.
        scheduler = new ScheduledThreadPoolExecutor(1, ModelServer::thread, new DiscardPolicy());
        scheduler.setRemoveOnCancelPolicy(true);
        server.setHandler(new ModelHandler(settings, slots, scheduler, observer));
    }

    private static Thread thread(Runnable task) {
        Thread thread = new Thread(task, "model-time");
        thread.setDaemon(true);
        return thread;
    }

    /** Starts a server. */
    public static ModelServer start(ModelSettings settings) throws IOException {
        return start(settings, SlotObserver.NONE);
    }

    /** Starts a server that tells of every start and end of work. */
    public static ModelServer start(ModelSettings settings, SlotObserver observer) throws IOException {
        ModelServer model = new ModelServer(settings, observer);
        try {
            model.server.start();
        } catch (IOException | RuntimeException e) {
            model.close();
            throw e;
        } catch (Exception e) {
            model.close();
            throw new IOException(e);
        }
        return model;
    }

    /** Where it is reached. */
    public URI uri() {
        return URI.create("http://127.0.0.1:" + connector.getLocalPort());
    }

    /** What it has seen. */
    public ModelCounts counts() {
        return slots.counts();
    }

    /** Stops at once; what runs is cut off. */
    @Override
    public void close() {
        scheduler.shutdownNow();
        try {
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException("the model server does not stop", e);
        }
    }
}
