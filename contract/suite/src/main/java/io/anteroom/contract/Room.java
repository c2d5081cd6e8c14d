// SPDX-License-Identifier: Apache-2.0
package io.anteroom.contract;

import io.anteroom.Anteroom;
import io.anteroom.AnteroomFilter;
import io.anteroom.admission.LevelSettings;
import io.anteroom.admission.Pool;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.PoolSnapshot;
import io.anteroom.admission.Priority;
import io.anteroom.contract.app.AppLog;
import io.anteroom.contract.app.ErrorPage;
import io.anteroom.contract.app.Stage;
import io.anteroom.contract.client.Answer;
import io.anteroom.contract.client.Answer.End;
import io.anteroom.contract.client.Protocol;
import io.anteroom.contract.client.RawHttp1;
import io.anteroom.contract.client.Request;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Servlet;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRegistration;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A server with the filter before an application, innocent traffic beside it, and the invariants of the contract, which
 * {@link #close} checks: everything admitted was released, nobody is left, no innocent request was harmed.
 */
public final class Room implements AutoCloseable {
    /** The pool behind {@code /v1/*}. */
    public static final String POOL = "llm";

    private final Container container;
    private final Anteroom anteroom;
    private final Container.Running server;
    private final AppLog log = new AppLog();
    private final AppLog innocent = new AppLog();
    private final AtomicInteger ids = new AtomicInteger();
    private final List<Occupant> occupants = new CopyOnWriteArrayList<>();
    private final boolean checked;
    private final @Nullable Bystanders bystanders;

    Room(Container container, Anteroom anteroom, Deployment.Kind kind, boolean withBystanders, boolean checked) {
        this.container = container;
        this.anteroom = anteroom;
        this.checked = checked;
        try {
            server = container.start(new Deployment(this::setUp, kind));
        } catch (Exception e) {
            anteroom.close();
            throw new IllegalStateException(e);
        }
        bystanders = withBystanders ? new Bystanders(server.port()) : null;
    }

    /** Begins the plan of a room with one slot, long waits and no early commit. */
    public static RoomPlan on(Container container) {
        return new RoomPlan(container);
    }

    private void setUp(ServletContext context) {
        var hasty = context.addFilter("hasty", new HastyContainer());
        hasty.setAsyncSupported(true);
        hasty.addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), false, "/v1/*");
        var filter = context.addFilter("anteroom", new AnteroomFilter(anteroom));
        filter.setAsyncSupported(true);
        filter.addMappingForUrlPatterns(EnumSet.allOf(DispatcherType.class), false, "/*");
        add(context, "error-page", new ErrorPage(), ErrorPage.PATH);
        add(context, "app", new Stage(log), "/v1/*");
        add(context, "free", new Stage(innocent), "/free/*");
        // Tomcat calls no filter for a path that no servlet serves.
        add(context, "alias", new Stage(innocent), "/queue/*");
    }

    private static void add(ServletContext context, String name, Servlet servlet, String mapping) {
        ServletRegistration.Dynamic added = context.addServlet(name, servlet);
        added.setAsyncSupported(true);
        added.addMapping(mapping);
    }

    /** The port of the server. */
    public int port() {
        return server.port();
    }

    /** What the application behind {@code /v1/*} saw. */
    public AppLog log() {
        return log;
    }

    /** Whether the container of this room has a quirk. */
    public boolean has(Quirk quirk) {
        return container.quirks().contains(quirk);
    }

    /** The front door itself. */
    public Anteroom anteroom() {
        return anteroom;
    }

    /** Figures of the pool. */
    public PoolSnapshot snapshot() {
        return anteroom.pool(POOL).snapshot();
    }

    /** An id that no other request of this room has. */
    public String newId(String name) {
        return name + "-" + ids.incrementAndGet();
    }

    /** Takes a slot until the occupant is let go, or the room is closed. */
    public Occupant occupy() {
        Occupant occupant = new Occupant();
        occupants.add(occupant);
        return occupant;
    }

    /** Waits until that many wait. */
    public void awaitWaiting(int waiting) {
        Await.until("waiting == " + waiting, () -> snapshot().waiting() == waiting, this::snapshot);
    }

    /** Lets the longest waits of all who wait be over, save of those that named one themselves. */
    void endWaits() {
        Pool pool = anteroom.pool(POOL);
        PoolSettings settings = pool.settings();
        for (Priority priority : Priority.values()) {
            settings = settings.withLevel(priority, settings.level(priority).withLongestWait(Duration.ofMillis(1)));
        }
        pool.configure(settings);
    }

    /** Gives all who wait more time, save those that named a time themselves. */
    void extendWaits() {
        Pool pool = anteroom.pool(POOL);
        PoolSettings settings = pool.settings();
        for (Priority priority : Priority.values()) {
            settings = settings.withLevel(priority, settings.level(priority).withLongestWait(Duration.ofMinutes(5)));
        }
        pool.configure(settings);
    }

    /** Moves all who wait to a level where they may wait for longer. */
    void moveAll() {
        Pool pool = anteroom.pool(POOL);
        LevelSettings low = pool.settings().level(Priority.LOW).withLongestWait(Duration.ofMinutes(5));
        pool.configure(pool.settings().withLevel(Priority.LOW, low));
        pool.waiting(Integer.MAX_VALUE).forEach(waiting -> pool.move(waiting.id(), Priority.LOW));
    }

    /** Waits until somebody has begun to wait, even if that wait is over by now. */
    void awaitQueued() {
        Await.until("somebody to wait", () -> snapshot().counts().queued() > 0, this::snapshot);
    }

    /** Waits until that many run. */
    public void awaitRunning(int running) {
        Await.until("running == " + running, () -> snapshot().running() == running, this::snapshot);
    }

    /** Waits until the application has a request. */
    public void awaitEntered(String id) {
        Await.until("the application to be entered for " + id, () -> log.entered(id) > 0, this::snapshot);
    }

    /** Waits until every lease has come back and nobody waits. */
    public void awaitSettled() {
        Await.until("all leases to come back", this::isSettled, this::snapshot);
    }

    /** Lets time pass in which nothing should happen. */
    public void pause(Duration time) {
        Await.within(time, () -> false);
    }

    private boolean isSettled() {
        PoolSnapshot now = snapshot();
        PoolSnapshot.Counts counts = now.counts();
        return now.running() == 0
                && now.waiting() == 0
                && now.waitingBytes() == 0
                && counts.admitted() == counts.released() + counts.leasesExpired();
    }

    /** Asks for a greeting and fails unless it comes: the room still works. */
    public void checkAlive() {
        String id = newId("alive");
        Answer answer = Protocol.HTTP1.ask(port(), Request.get("/v1/hello").id(id));
        if (answer.status() != 200 || !answer.body().equals("hello " + id) || answer.end() != End.COMPLETE) {
            throw new AssertionError("the room does not work any more: " + answer);
        }
    }

    /** Ends the innocent traffic early and checks it, for scenarios that end the server. */
    public void sendBystandersHome() {
        if (bystanders != null) {
            bystanders.close();
        }
    }

    @Override
    public void close() {
        try (server;
                anteroom) {
            occupants.forEach(Occupant::letGo);
            if (checked) {
                awaitSettled();
                sendBystandersHome();
            }
        }
    }

    /** A request that holds a slot. */
    public final class Occupant {
        private final String id = newId("occupant");
        private final RawHttp1 connection;
        private boolean isGone;

        private Occupant() {
            connection =
                    RawHttp1.to(port()).send(Request.get("/v1/hello?hold=start").id(id));
            awaitEntered(id);
        }

        /** Lets it finish and checks its answer. */
        public void letGo() {
            if (isGone) {
                return;
            }
            isGone = true;
            log.open(id);
            Answer answer = connection.answer();
            connection.close();
            if (answer.status() != 200 || !answer.body().equals("hello " + id)) {
                throw new AssertionError("the occupant was harmed: " + answer);
            }
        }
    }
}
