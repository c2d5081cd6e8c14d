// SPDX-License-Identifier: Apache-2.0
package io.anteroom.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.Anteroom;
import io.anteroom.AnteroomFilter;
import io.anteroom.admission.Pool;
import io.anteroom.admission.PoolSettings;
import io.anteroom.contract.client.Call;
import io.anteroom.contract.client.Departure;
import io.anteroom.contract.client.Protocol;
import io.anteroom.contract.client.Request;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * That the slot comes back also from a request of which Tomcat tells nobody that it has ended: its application
 * completes when Tomcat is about to tell that the client has left, and has seen already that somebody writes.
 */
public abstract class MetDepartureContract {
    private final Container container;

    /** The contract on Tomcat. */
    protected MetDepartureContract(Container container) {
        this.container = container;
    }

    @ParameterizedTest
    @EnumSource(Departure.class)
    void clientLeavesWhileTheApplicationCompletes_slotComesBack(Departure how) throws Exception {
        OneWriter app = new OneWriter();
        Anteroom anteroom = Anteroom.builder()
                .pool("llm", PoolSettings.ofSlots(1))
                .writeIdle(Duration.ofSeconds(1))
                .build();
        Deployment deployment = new Deployment(context -> setUp(context, anteroom, app), Deployment.Kind.PLAIN);
        try (anteroom;
                Container.Running server = container.start(deployment);
                Call call = Protocol.HTTP2.open(server.port(), Request.get("/v1/one"))) {
            AsyncContext written = app.written().get(Await.LIMIT.toSeconds(), TimeUnit.SECONDS);
            Pool pool = anteroom.pool("llm");
            assertThat(pool.snapshot().running()).isEqualTo(1);

            completeWhenTold(written, () -> call.leave(how));

            Await.until("the slot", () -> pool.snapshot().running() == 0, pool::snapshot);
            assertThat(pool.snapshot().counts().released()).isEqualTo(1);
            assertThat(app.told())
                    .as("else docs/containers.md needs no T8 any more")
                    .isZero();
        }
    }

    private static void setUp(ServletContext context, Anteroom anteroom, OneWriter app) {
        var filter = context.addFilter("anteroom", new AnteroomFilter(anteroom));
        filter.setAsyncSupported(true);
        filter.addMappingForUrlPatterns(EnumSet.allOf(DispatcherType.class), false, "/*");
        var servlet = context.addServlet("app", app);
        servlet.setAsyncSupported(true);
        servlet.addMapping("/v1/*");
    }

    /** The lock keeps whoever is about to tell from going on until all is complete. */
    private static void completeWhenTold(AsyncContext context, Runnable leave) {
        Object machine = stateMachine(context.getRequest());
        // Else the container's own thread would be kept in the write, and nobody else let in.
        Await.until(
                "the write to be over", () -> field(machine, "state").toString().equals("STARTED"), () -> machine);
        synchronized (machine) {
            leave.run();
            Await.until("somebody to tell the client's end", () -> isTelling(machine), () -> "nobody has come");
            context.complete();
        }
    }

    private static boolean isTelling(Object machine) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds(), 1)) {
            if (thread != null
                    && thread.getLockInfo() != null
                    && thread.getLockInfo().getIdentityHashCode() == System.identityHashCode(machine)
                    && thread.getStackTrace()[0].getMethodName().equals("asyncOperation")) {
                return true;
            }
        }
        return false;
    }

    private static Object stateMachine(ServletRequest request) {
        ServletRequest own = request;
        while (own instanceof ServletRequestWrapper wrapper) {
            own = wrapper.getRequest();
        }
        Object coyote = field(field(own, "request"), "coyoteRequest");
        return field(field(coyote, "hook"), "asyncStateMachine");
    }

    private static Object field(Object of, String name) {
        for (Class<?> type = of.getClass(); type != null; type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                if (field.getName().equals(name)) {
                    return value(field, of);
                }
            }
        }
        throw new IllegalStateException(of.getClass() + " has no " + name);
    }

    private static Object value(Field field, Object of) {
        try {
            field.setAccessible(true);
            return Objects.requireNonNull(field.get(of));
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }
}
