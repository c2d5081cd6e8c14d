// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.anteroom.settings.StoreException;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import java.util.function.LongSupplier;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.output.MigrateResult;
import org.h2.mvstore.MVStoreException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;

/**
 * A database: H2 in a directory, or PostgreSQL. It is opened and brought up to date when it is first needed, and tried
 * again as long as that fails, so that nothing that starts has to wait for it. Safe from any thread.
 */
public final class Database implements AutoCloseable {
    private static final String FILE = "anteroom";
    private static final int CONNECTIONS = 4;
    private static final long CONNECT_WITHIN_MILLIS = 5000;
    private static final long ANSWER_WITHIN_SECONDS = 30;
    private static final String CONNECTION_EXCEPTION = "08";
    private static final String POSTGRESQL = "jdbc:postgresql:";
    private static final long LEAST_TO_LOOK_AT = 32L << 20;
    private static final int MOST_TIMES = 4;
    private static final int DEEPEST_CAUSE = 20;
    private static final String MIGRATIONS = "classpath:io/anteroom/admin/store/migrations";

    private final ReentrantLock lock = new ReentrantLock();
    private final Duration patience;
    private final Reachability reachability;
    /** Held to read while something is done, to write while the files are changed under it. */
    private final ReentrantReadWriteLock files = new ReentrantReadWriteLock();

    private final String name;
    private final Opening opening;
    private final @Nullable H2File file;
    private @Nullable DataSource source;
    private volatile @Nullable Jdbi jdbi;
    private boolean isClosed;
    private volatile long nextLook = LEAST_TO_LOOK_AT;

    /** Makes the connections. */
    private interface Opening {
        DataSource open() throws IOException;
    }

    private Database(String name, Opening opening, @Nullable H2File file) {
        this(name, opening, file, System::nanoTime, Duration.ofSeconds(ANSWER_WITHIN_SECONDS));
    }

    private Database(String name, Opening opening, @Nullable H2File file, LongSupplier nanos, Duration patience) {
        this.name = name;
        this.opening = opening;
        this.file = file;
        this.patience = patience;
        this.reachability = new Reachability(nanos);
    }

    /** The same with a clock of nanoseconds, and how long whoever comes while it is being opened waits for that. */
    static Database of(DataSource source, LongSupplier nanos, Duration patience) {
        return new Database("the host's data source", () -> source, null, nanos, patience);
    }

    /**
     * H2 in files of a directory, which is made if it is not there.
     *
     * @throws IllegalArgumentException if the path cannot stand in an H2 address
     */
    public static Database inDirectory(Path directory) {
        Path whole = directory.toAbsolutePath().normalize();
        if (whole.toString().indexOf(';') >= 0) {
            throw new IllegalArgumentException("data-dir: " + directory + " (expected: a path without a semicolon)");
        }
        H2File file = new H2File(whole, FILE);
        return new Database("H2 in " + directory, () -> opened(file), file);
    }

    /**
     * A database by its JDBC address.
     *
     * @param url {@code jdbc:postgresql:...} or {@code jdbc:h2:...}
     */
    public static Database at(String url, String user, String password) {
        if (!url.startsWith(POSTGRESQL) && !url.startsWith("jdbc:h2:")) {
            throw new IllegalArgumentException(
                    "database.url: " + withoutParameters(url) + " (expected: jdbc:postgresql:... or jdbc:h2:...)");
        }
        return new Database(withoutParameters(url), () -> pooled(url, user, password), null);
    }

    /** A database behind connections of the host's, which stay the host's. */
    public static Database of(DataSource source) {
        return new Database("the host's data source", () -> source, null);
    }

    /** Parameters of an address may be credentials. */
    private static String withoutParameters(String url) {
        return url.replaceAll("[;?].*", "").replaceAll("//[^/@]*@", "//");
    }

    private static HikariDataSource pooled(String url, String user, String password) {
        HikariConfig config = new HikariConfig();
        config.setPoolName("anteroom-database");
        config.setJdbcUrl(url);
        config.setUsername(user);
        config.setPassword(password);
        config.setMaximumPoolSize(CONNECTIONS);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(CONNECT_WITHIN_MILLIS);
        config.setInitializationFailTimeout(-1);
        if (url.startsWith(POSTGRESQL)) {
            // A server that falls silent must not keep whoever asks it for ever.
            config.addDataSourceProperty("connectTimeout", CONNECT_WITHIN_MILLIS / 1000);
            config.addDataSourceProperty("socketTimeout", ANSWER_WITHIN_SECONDS);
            config.addDataSourceProperty("tcpKeepAlive", true);
        }
        return new HikariDataSource(config);
    }

    /** Where it is, without credentials. */
    public String name() {
        return name;
    }

    /**
     * Does something in one transaction. What it has written survives the end of this JVM and, unless it is in an H2 of
     * the host's, the loss of power.
     *
     * @param what what is tried, for the message if it fails
     * @throws StoreException if the database cannot be reached or refuses
     */
    public <T extends @Nullable Object> T inTransaction(String what, Function<Handle, T> work) {
        files.readLock().lock();
        try {
            Reachability.Attempt attempt = reachability.begin();
            try {
                T done = ready(attempt).inTransaction(handle -> {
                    attempt.succeeded();
                    return work.apply(handle);
                });
                attempt.succeeded();
                if (file != null) {
                    file.flush();
                }
                return done;
            } catch (JdbiException | FlywayException e) {
                failed(attempt, e);
                throw e;
            } finally {
                attempt.end();
            }
        } catch (JdbiException | FlywayException | IOException | IllegalStateException e) {
            throw new StoreException(what + ": " + name + ": " + reason(e), e);
        } finally {
            files.readLock().unlock();
        }
    }

    private static void failed(Reachability.Attempt attempt, RuntimeException e) {
        if (isOutOfReach(e)) {
            attempt.failed(reason(e));
        }
    }

    /** No connection could be had, or it broke. */
    private static boolean isOutOfReach(Throwable e) {
        Throwable cause = e;
        for (int depth = 0; cause != null && depth < DEEPEST_CAUSE; depth++) {
            if (cause instanceof SQLTransientConnectionException
                    || (cause instanceof SQLException problem
                            && problem.getSQLState() != null
                            && problem.getSQLState().startsWith(CONNECTION_EXCEPTION))) {
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }

    /** Makes what has been committed survive the loss of power too, where a commit alone does not. */
    public void sync() {
        if (file == null) {
            inTransaction("writing to the disk", handle -> {
                if (isH2(handle)) {
                    handle.execute("checkpoint sync");
                }
                return true;
            });
        }
    }

    /**
     * Gives back room where the embedded database has taken much more than it needs; to be called now and then. While
     * it does, which may take some seconds, everything else waits for it.
     *
     * @throws StoreException if that fails; nothing is lost
     */
    public void upkeep() {
        H2File known = file;
        try {
            if (known == null || known.size() < nextLook) {
                return;
            }
            long size = known.size();
            long alive = inTransaction("looking after the files", handle -> alive(handle, size));
            // Looking costs little, but not nothing.
            nextLook = size + size / 8;
            if (alive <= size / MOST_TIMES) {
                compact();
            }
        } catch (IOException e) {
            throw new StoreException("looking after the files: " + name + ": " + reason(e), e);
        }
    }

    /** How many bytes of the file are still referred to, as H2 tells it in percents of percents. */
    private static long alive(Handle handle, long size) {
        int used = 1;
        for (String rate : new String[] {"info.FILL_RATE", "info.CHUNKS_FILL_RATE"}) {
            used *= handle.createQuery(
                            "select cast(setting_value as int) from information_schema.settings where setting_name = ?")
                    .bind(0, rate)
                    .mapTo(Integer.class)
                    .findOne()
                    .orElse(100);
        }
        return size / 10_000 * used;
    }

    /** Copies what is alive to a new file, and opens that. */
    void compact() {
        H2File known = file;
        if (known == null) {
            return;
        }
        files.writeLock().lock();
        try {
            release();
            known.compact();
            nextLook = LEAST_TO_LOOK_AT;
        } catch (IOException | MVStoreException e) {
            throw new StoreException("giving back room: " + name + ": " + reason(e), e);
        } finally {
            files.writeLock().unlock();
        }
    }

    private static boolean isH2(Handle handle) {
        try {
            return handle.getConnection().getMetaData().getDatabaseProductName().equals("H2");
        } catch (SQLException e) {
            throw new IllegalStateException("the connection is broken", e);
        }
    }

    private Jdbi ready(Reachability.Attempt attempt) throws IOException {
        Jdbi opened = jdbi;
        if (opened != null) {
            return opened;
        }
        try {
            // If no connection can be had it ends after 5 s; only what changes the tables takes longer.
            if (!lock.tryLock(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException("it is still being opened");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while it is being opened", e);
        }
        try {
            if (isClosed) {
                throw new IllegalStateException("it is closed");
            }
            Jdbi known = jdbi;
            if (known != null) {
                return known;
            }
            attempt.goOn();
            return open();
        } catch (FlywayException e) {
            // Before the lock is free: the next in the queue need not try the same.
            failed(attempt, e);
            throw e;
        } finally {
            lock.unlock();
        }
    }

    private Jdbi open() throws IOException {
        DataSource opened = source != null ? source : opening.open();
        source = opened;
        if (file != null) {
            file.open();
        } else {
            MigrateResult unused = migrations(opened).migrate();
        }
        Jdbi made = Jdbi.create(opened);
        jdbi = made;
        return made;
    }

    /**
     * H2 commits after each step of a migration, and one that was cut off would stand in its own way for ever. It is
     * made on a copy, which takes the place of the file when all is done.
     */
    private static DataSource opened(H2File file) throws IOException {
        if (file.exists()) {
            HikariDataSource pool = pooled(file.url(), "sa", "");
            boolean isCurrent = false;
            try {
                isCurrent = migrations(pool).info().pending().length == 0;
            } finally {
                if (!isCurrent) {
                    pool.close();
                }
            }
            if (isCurrent) {
                return pool;
            }
        }
        file.copy();
        try (HikariDataSource pool = pooled(file.changedUrl(), "sa", "")) {
            MigrateResult unused = migrations(pool).migrate();
        }
        file.takeChanged();
        return pooled(file.url(), "sa", "");
    }

    /** Flyway has a table lock of its own: servers that start at once do not migrate twice. */
    private static Flyway migrations(DataSource source) {
        return Flyway.configure(Database.class.getClassLoader())
                .dataSource(source)
                .locations(MIGRATIONS)
                .table("anteroom_schema_history")
                .baselineOnMigrate(true)
                // The parts number their migrations in ranges of their own: V2xx access, V3xx figures, V4xx webhooks.
                .outOfOrder(true)
                // What the next release has added while this one, which is updated later, runs beside it.
                .ignoreMigrationPatterns("*:missing", "*:future")
                .baselineVersion("0")
                .load();
    }

    /** The innermost message says what the disk or the network said. */
    private static String reason(Throwable e) {
        Throwable cause = e;
        for (int depth = 0; cause.getCause() != null && depth < DEEPEST_CAUSE; depth++) {
            cause = cause.getCause();
        }
        String message = cause.getMessage();
        String text = message == null ? cause.getClass().getSimpleName() : message;
        String line = text.lines().findFirst().orElse("").strip();
        return line.length() <= 300 ? line : line.substring(0, 300) + "...";
    }

    /** Lets go of the connections and files; the next to ask opens them again. */
    private void release() {
        lock.lock();
        try {
            jdbi = null;
            if (source instanceof HikariDataSource pool) {
                source = null;
                pool.close();
            }
            if (file != null) {
                file.close();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            isClosed = true;
        } finally {
            lock.unlock();
        }
        release();
    }
}
