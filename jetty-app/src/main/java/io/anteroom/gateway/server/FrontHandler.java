// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Answers health checks before anything can wait, and turns methods away that no backend needs. */
final class FrontHandler extends Handler.Wrapper {
    static final String ALLOWED = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
    static final Set<String> METHODS = Set.of(ALLOWED.split(", "));

    private final BooleanSupplier ready;

    FrontHandler(Handler next, BooleanSupplier ready) {
        super(next);
        this.ready = ready;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        String path = Request.getPathInContext(request);
        if ("/health/live".equals(path)) {
            return health(response, callback, true);
        }
        if ("/health/ready".equals(path)) {
            return health(response, callback, ready.getAsBoolean());
        }
        if (!METHODS.contains(request.getMethod())) {
            response.getHeaders().put(HttpHeader.ALLOW, ALLOWED);
            Response.writeError(request, response, callback, 405);
            return true;
        }
        return super.handle(request, response, callback);
    }

    private static boolean health(Response response, Callback callback, boolean well) {
        response.setStatus(well ? 200 : 503);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
        response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
        String body = well ? "{\"status\":\"up\"}" : "{\"status\":\"draining\"}";
        response.write(true, ByteBuffer.wrap(body.getBytes(StandardCharsets.UTF_8)), callback);
        return true;
    }
}
