// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.store;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * What operators have said of backends against what the gateway's file says, in a database that several gateways may
 * share. Safe from any thread.
 */
public final class UpstreamOrders {
    private static final int MOST = 10_000;

    private final Database database;

    /**
     * What an operator has said of one backend.
     *
     * @param backend its name, of at most 200 characters
     * @param address where it is, without credentials, of at most 1000 characters
     * @param isDrained whether it is to get nothing new
     * @param isDrainedInFile what the file said at that time: where it says something else, the order does not count
     */
    public record Order(String backend, String address, boolean isDrained, boolean isDrainedInFile) {}

    /** The orders of a database; nothing is read yet. */
    public UpstreamOrders(Database database) {
        this.database = database;
    }

    /**
     * Stores what is new in place of what was said of the same backends before, and answers all that is in force then.
     * An order to do what the file says anyway is none.
     *
     * @param changed what operators have said here since the last time
     * @param now when that was
     * @throws io.anteroom.settings.StoreException if the database fails; then nothing has been stored
     */
    public List<Order> sync(Collection<Order> changed, Instant now) {
        return database.inTransaction("keeping which backends are drained", handle -> {
            changed.forEach(order -> put(handle, order, now));
            return handle.createQuery("select backend, address, is_drained, is_drained_in_file from upstream_order"
                            + " order by changed_at desc limit :most")
                    .bind("most", MOST)
                    .map((row, context) -> new Order(
                            row.getString("backend"),
                            row.getString("address"),
                            row.getBoolean("is_drained"),
                            row.getBoolean("is_drained_in_file")))
                    .list();
        });
    }

    private static void put(Handle handle, Order order, Instant now) {
        handle.createUpdate("delete from upstream_order where backend = :backend and address = :address")
                .bind("backend", order.backend())
                .bind("address", order.address())
                .execute();
        if (order.isDrained() != order.isDrainedInFile()) {
            // Another gateway may do the same at this moment: one of the two fails, and does it again the next time.
            handle.createUpdate("insert into upstream_order"
                            + " (backend, address, is_drained, is_drained_in_file, changed_at)"
                            + " values (:backend, :address, :drained, :filed, :now)")
                    .bind("backend", order.backend())
                    .bind("address", order.address())
                    .bind("drained", order.isDrained())
                    .bind("filed", order.isDrainedInFile())
                    .bind("now", now.toEpochMilli())
                    .execute();
        }
    }
}
