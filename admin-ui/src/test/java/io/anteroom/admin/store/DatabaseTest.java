// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.anteroom.settings.StoreException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.jdbi.v3.core.ConnectionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What callers wait for when a database does not answer. */
final class DatabaseTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    private final JdbcDataSource real = new JdbcDataSource();
    private final AtomicLong nanos = new AtomicLong();
    private final AtomicInteger tries = new AtomicInteger();
    private Database database = database(LONG);
    private Connecting connecting = this::connected;

    private interface Connecting {
        Connection connect() throws Exception;
    }

    private Database database(Duration patience) {
        real.setURL("jdbc:h2:mem:" + System.identityHashCode(this) + ";DB_CLOSE_DELAY=-1");
        DataSource source = (DataSource) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {DataSource.class}, (proxy, method, args) -> {
                    if (!method.getName().equals("getConnection")) {
                        throw new UnsupportedOperationException(method.getName());
                    }
                    tries.incrementAndGet();
                    return connecting.connect();
                });
        return Database.of(source, nanos::get, patience);
    }

    private Connection connected() throws Exception {
        return real.getConnection();
    }

    private Connection tooLate(Duration after) throws SQLTransientConnectionException {
        nanos.addAndGet(after.toNanos());
        throw new SQLTransientConnectionException("no connection within " + after);
    }

    @AfterEach
    void close() {
        database.close();
    }

    private int use() {
        return database.inTransaction(
                "counting",
                handle -> handle.createQuery("select 1").mapTo(Integer.class).one());
    }

    private void assertOutOfReach(Duration after) {
        assertThatThrownBy(this::use)
                .isInstanceOf(StoreException.class)
                .hasMessage("counting: the host's data source: no connection within " + after);
    }

    @Test
    void outOfReach_isToldAtOnce_andTriedAgainAfterAWhile() {
        Duration after = Duration.ofSeconds(5);
        connecting = () -> tooLate(after);
        assertOutOfReach(after);
        int first = tries.get();

        nanos.addAndGet(Reachability.REST.toNanos() - 1);
        assertOutOfReach(after);
        assertThat(tries).hasValue(first);

        nanos.addAndGet(1);
        assertOutOfReach(after);
        assertThat(tries.get()).isGreaterThan(first);

        connecting = this::connected;
        nanos.addAndGet(Reachability.REST.toNanos());
        assertThat(use()).isEqualTo(1);
        assertThat(use()).isEqualTo(1);
    }

    @Test
    void outOfReach_onceOpened_isToldAtOnceToo() {
        assertThat(use()).isEqualTo(1);
        Duration after = Duration.ofSeconds(5);
        connecting = () -> tooLate(after);
        assertOutOfReach(after);
        int first = tries.get();

        assertOutOfReach(after);

        assertThat(tries).hasValue(first);
    }

    @Test
    void breaksAfterLongWork_keepsNobodyFromTrying() {
        assertThatThrownBy(() -> database.inTransaction("importing", handle -> {
                    nanos.addAndGet(Duration.ofMinutes(1).toNanos());
                    throw new ConnectionException(new SQLTransientConnectionException("it broke"));
                }))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("it broke");

        assertThat(use()).isEqualTo(1);
    }

    @Test
    void failsAtOnce_isTriedEachTime() {
        Duration after = Duration.ofMillis(10);
        connecting = () -> tooLate(after);
        assertOutOfReach(after);

        connecting = this::connected;

        assertThat(use()).isEqualTo(1);
    }

    @Test
    void opening_hangs_whoeverComesMeanwhileDoesNotWaitInTurn() throws Exception {
        CountDownLatch hangs = new CountDownLatch(1);
        CountDownLatch goesOn = new CountDownLatch(1);
        connecting = () -> {
            hangs.countDown();
            assertThat(goesOn.await(60, TimeUnit.SECONDS)).isTrue();
            return tooLate(Duration.ofSeconds(5));
        };
        List<CompletableFuture<Integer>> callers = new ArrayList<>();
        callers.add(CompletableFuture.supplyAsync(this::use, this::onItsOwn));
        assertThat(hangs.await(60, TimeUnit.SECONDS)).isTrue();
        for (int i = 0; i < 7; i++) {
            callers.add(CompletableFuture.supplyAsync(this::use, this::onItsOwn));
        }

        goesOn.countDown();

        for (CompletableFuture<Integer> caller : callers) {
            assertThatThrownBy(() -> caller.get(60, TimeUnit.SECONDS))
                    .hasMessageContaining("no connection within PT5S");
        }
        assertThat(tries).hasValue(1);
    }

    private void onItsOwn(Runnable task) {
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        thread.start();
    }

    @Test
    void opening_takesLong_othersGiveUpInTime() throws Exception {
        CountDownLatch hangs = new CountDownLatch(1);
        CountDownLatch goesOn = new CountDownLatch(1);
        database = database(Duration.ofMillis(1));
        connecting = () -> {
            hangs.countDown();
            assertThat(goesOn.await(60, TimeUnit.SECONDS)).isTrue();
            return connected();
        };
        CompletableFuture<Integer> first = CompletableFuture.supplyAsync(this::use, this::onItsOwn);
        assertThat(hangs.await(60, TimeUnit.SECONDS)).isTrue();

        assertThatThrownBy(this::use).hasMessage("counting: the host's data source: it is still being opened");

        goesOn.countDown();
        assertThat(first.get(60, TimeUnit.SECONDS)).isEqualTo(1);
        assertThat(use()).isEqualTo(1);
    }
}
