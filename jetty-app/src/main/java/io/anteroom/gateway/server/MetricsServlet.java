// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import io.anteroom.gateway.config.GatewayConfig.Secret;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The meters, as Prometheus reads them: for whoever comes over loopback and speaks for nobody else, and for others with
 * the token.
 */
final class MetricsServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;
    private static final String OPEN_METRICS = "application/openmetrics-text";
    private static final String OPEN_METRICS_TYPE = OPEN_METRICS + "; version=1.0.0; charset=utf-8";
    private static final String TEXT_TYPE = "text/plain; version=0.0.4; charset=utf-8";
    private static final String REFUSED = "{\"error\":{\"code\":\"unauthorized\",\"message\":\"The meters are for"
            + " loopback, and for others with 'Authorization: Bearer' and the token that metrics.token-env names.\"}}";

    private final transient UnaryOperator<String> scrape;
    private final transient Optional<Secret> token;

    /**
     * A servlet.
     *
     * @param scrape the meters in a content type
     * @param token what others than loopback have to know; without it they are refused
     */
    MetricsServlet(UnaryOperator<String> scrape, Optional<Secret> token) {
        this.scrape = scrape;
        this.token = token;
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setHeader("Cache-Control", "no-store");
        response.setHeader("X-Content-Type-Options", "nosniff");
        if (!mayRead(request)) {
            response.setStatus(HttpServletResponse.SC_UNAUTHORIZED);
            response.setHeader("WWW-Authenticate", "Bearer realm=\"anteroom metrics\"");
            send(response, "application/json", REFUSED);
            return;
        }
        String accepted = request.getHeader("Accept");
        String type = accepted != null && accepted.contains(OPEN_METRICS) ? OPEN_METRICS_TYPE : TEXT_TYPE;
        send(response, type, scrape.apply(type));
    }

    private static void send(HttpServletResponse response, String type, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        response.setContentType(type);
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }

    private boolean mayRead(HttpServletRequest request) throws IOException {
        return isLocal(request) || knowsToken(request);
    }

    /** A proxy on this machine may speak for anybody. */
    private static boolean isLocal(HttpServletRequest request) throws IOException {
        boolean speaksForOthers = request.getHeader("X-Forwarded-For") != null
                || request.getHeader("Forwarded") != null
                || request.getHeader("Via") != null;
        return !speaksForOthers
                && InetAddress.getByName(request.getRemoteAddr()).isLoopbackAddress();
    }

    private boolean knowsToken(HttpServletRequest request) {
        String told = request.getHeader("Authorization");
        if (told == null || token.isEmpty()) {
            return false;
        }
        String expected = "Bearer " + token.get().value();
        return MessageDigest.isEqual(told.getBytes(StandardCharsets.UTF_8), expected.getBytes(StandardCharsets.UTF_8));
    }
}
