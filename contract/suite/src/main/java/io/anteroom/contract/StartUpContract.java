// SPDX-License-Identifier: Apache-2.0
package io.anteroom.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.AnteroomFilter;
import io.anteroom.contract.app.AppLog;
import io.anteroom.contract.app.Stage;
import io.anteroom.contract.client.Answer;
import io.anteroom.contract.client.Protocol;
import io.anteroom.contract.client.Request;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletContext;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the filter says of a deployment that cannot work, and that it can be configured from outside alone. */
public abstract class StartUpContract {
    private final Container container;

    /** The contract on one container. */
    protected StartUpContract(Container container) {
        this.container = container;
    }

    private static void deploy(ServletContext context, boolean filterIsAsync, boolean servletIsAsync) {
        var filter = context.addFilter("waiting-room", new AnteroomFilter());
        filter.setAsyncSupported(filterIsAsync);
        filter.setInitParameter("pools", "llm");
        filter.setInitParameter("slots", "2");
        filter.setInitParameter("routes", "/v1/*");
        filter.addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST, DispatcherType.ASYNC), false, "/*");
        var servlet = context.addServlet("the-app", new Stage(new AppLog()));
        servlet.setAsyncSupported(servletIsAsync);
        servlet.addMapping("/v1/*");
    }

    @Test
    void initParameters_areEnough() {
        try (Container.Running server = start(true, true)) {
            Answer answer =
                    Protocol.HTTP1.ask(server.port(), Request.get("/v1/hello").id("a"));

            assertThat(answer.status()).as("%s", answer).isEqualTo(200);
            assertThat(answer.body()).isEqualTo("hello a");
        }
    }

    private Container.Running start(boolean filterIsAsync, boolean servletIsAsync) {
        return start(new Deployment(context -> deploy(context, filterIsAsync, servletIsAsync), Deployment.Kind.PLAIN));
    }

    private Container.Running start(Deployment deployment) {
        try {
            return container.start(deployment);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void checkAsyncSupport_allSupportIt_namesNobody() {
        assertThat(namedBy(true, true)).isEmpty();
    }

    @Test
    void checkAsyncSupport_filterWithout_isNamed() {
        assertThat(namedBy(false, true)).containsExactly("filter 'waiting-room'");
    }

    @Test
    void checkAsyncSupport_servletWithout_isNamed() {
        assertThat(namedBy(true, false)).containsExactly("servlet 'the-app'");
    }

    private List<String> namedBy(boolean filterIsAsync, boolean servletIsAsync) {
        List<String> named = new ArrayList<>();
        Deployment deployment = new Deployment(
                context -> {
                    deploy(context, filterIsAsync, servletIsAsync);
                    named.addAll(AnteroomFilter.checkAsyncSupport(context));
                },
                Deployment.Kind.PLAIN);
        try (Container.Running server = start(deployment)) {
            assertThat(server.port()).isPositive();
        }
        return named;
    }

    @Test
    void firstRequest_filterWithoutAsyncSupport_logsWho() {
        assertThat(problemsOf(false, true)).anyMatch(line -> line.contains("waiting-room") && line.contains("async"));
    }

    /** Everything that the start and the first request say, whether thrown or logged. */
    private List<String> problemsOf(boolean filterIsAsync, boolean servletIsAsync) {
        List<String> said = new ArrayList<>();
        try (LogCapture log = new LogCapture(said);
                Container.Running server = start(filterIsAsync, servletIsAsync)) {
            said.add(log.name()
                    + Protocol.HTTP1
                            .ask(server.port(), Request.get("/v1/hello"))
                            .body());
        } catch (IllegalStateException e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                said.add(String.valueOf(cause.getMessage()));
            }
        }
        return said;
    }
}
