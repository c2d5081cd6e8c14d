// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.proxy;

import io.anteroom.gateway.upstream.Probe;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.eclipse.jetty.client.HttpClient;
import org.jspecify.annotations.Nullable;

/**
 * Asks over HTTP. Any answer is a sign of life but 429 and 5xx: not every server has something at the path, and a
 * server that is loading says 503.
 */
final class HttpProbe implements Probe {
    private final HttpClient http;

    HttpProbe(HttpClient http) {
        this.http = http;
    }

    @Override
    public void ask(URI url, Duration within, Consumer<@Nullable String> answer) {
        http.newRequest(url).timeout(within.toNanos(), TimeUnit.NANOSECONDS).send(result -> {
            if (result.isFailed()) {
                answer.accept("check: " + problem(result.getFailure()));
            } else {
                int status = result.getResponse().getStatus();
                boolean isWell = status < 500 && status != 429;
                answer.accept(isWell ? null : "check: status " + status);
            }
        });
    }

    private static String problem(@Nullable Throwable failure) {
        boolean isLate = failure instanceof java.util.concurrent.TimeoutException;
        return isLate || failure == null
                ? "no answer in time"
                : UpstreamProblem.of(failure).code();
    }
}
