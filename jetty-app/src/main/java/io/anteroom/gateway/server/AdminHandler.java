// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import io.anteroom.gateway.config.OperatorConfig.AdminListen;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Stands before everything that operators reach: turns away who calls the server by a name that it does not have, as a
 * page does whose name was made to lead here, and methods that nothing here knows.
 */
final class AdminHandler extends Handler.Wrapper {
    private final Set<String> hosts = new HashSet<>(Set.of("localhost", "127.0.0.1", "[::1]", "::1"));
    private final Supplier<String> health;

    AdminHandler(Handler next, AdminListen listen, Supplier<String> health) {
        super(next);
        this.health = health;
        hosts.add(listen.host().toLowerCase(Locale.ROOT));
        hosts.addAll(listen.hosts());
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        if (!isOurs(request)) {
            Response.writeError(request, response, callback, HttpStatus.MISDIRECTED_REQUEST_421);
            return true;
        }
        if (!FrontHandler.METHODS.contains(request.getMethod())) {
            response.getHeaders().put(HttpHeader.ALLOW, FrontHandler.ALLOWED);
            Response.writeError(request, response, callback, HttpStatus.METHOD_NOT_ALLOWED_405);
            return true;
        }
        if ("/health".equals(Request.getPathInContext(request))) {
            response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
            response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
            response.write(true, ByteBuffer.wrap(health.get().getBytes(StandardCharsets.UTF_8)), callback);
            return true;
        }
        return super.handle(request, response, callback);
    }

    /** By one of its names, or by the very address that the connection came in at, which no name server decides. */
    private boolean isOurs(Request request) {
        String called = Request.getServerName(request);
        return called != null
                && (hosts.contains(called.toLowerCase(Locale.ROOT)) || called.equals(Request.getLocalAddr(request)));
    }
}
