// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import io.anteroom.net.Connection;
import io.anteroom.net.SocketTable;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Notices clients that left while their request waits in silence. No container tells that of HTTP/1.1, so the kernel is
 * asked, once for all of them. A connection that is not listed, not even under its ports alone, counts as gone only
 * where the ports that we are told are known to be those of the socket: it has been seen before, or this machine
 * listens on its local port and no proxy speaks for it.
 */
final class Departures {
    /** The kernel can skip a line that moves while it is being read, but hardly the same one twice. */
    private static final int CERTAIN = 2;

    private final SocketTable table = SocketTable.ofKernel();
    private volatile boolean isOn;

    Departures(boolean isOn) {
        this.isOn = isOn && table.isReadable();
    }

    /** Takes down where a request that waits comes from. */
    void watch(Wait wait, HttpServletRequest request) {
        if (isOn) {
            // Over HTTP/2 containers tell by themselves, except Tomcat a thread: with the connection go all its
            // streams.
            boolean isDirect = request.getHeader("X-Forwarded-For") == null && request.getHeader("Forwarded") == null;
            wait.comesFrom(connectionOf(request), isDirect);
        }
    }

    /**
     * Has the container look the addresses up while it can: Tomcat does when first asked, and not once they are gone.
     */
    static void lookUp(HttpServletRequest request) {
        Connection found = connectionOf(request);
        if (found == null) {
            Log.debug("the connection of a request cannot be told", null);
        }
    }

    private static @Nullable Connection connectionOf(HttpServletRequest request) {
        return Connection.of(
                request.getLocalAddr(), request.getLocalPort(), request.getRemoteAddr(), request.getRemotePort());
    }

    /** Looks after everybody who waits. */
    void look(Collection<Wait> waiting, Consumer<Wait> gone) {
        if (!isOn) {
            return;
        }
        Map<Wait, Connection> asked = new HashMap<>();
        for (Wait wait : waiting) {
            Connection connection = wait.connection();
            if (connection != null) {
                asked.put(wait, connection);
            }
        }
        if (asked.isEmpty()) {
            return;
        }
        try {
            SocketTable.Sight sight = table.look(asked.values());
            asked.forEach((wait, connection) -> judge(wait, connection, sight, gone));
        } catch (IOException e) {
            isOn = false;
            Log.warn("the socket table cannot be read any more; silent clients that leave are not noticed", e);
        }
    }

    private static void judge(Wait wait, Connection connection, SocketTable.Sight sight, Consumer<Wait> gone) {
        Boolean isOpen = sight.isOpen(connection);
        if (isOpen == null) {
            boolean isCertain = wait.wasSeen() || (wait.isDirect() && sight.isListening(connection));
            if (isCertain && wait.missed() >= CERTAIN) {
                gone.accept(wait);
            }
        } else if (isOpen) {
            wait.seen();
        } else {
            gone.accept(wait);
        }
    }
}
