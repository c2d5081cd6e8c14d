// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.anteroom.settings.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
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
    private static final String POSTGRESQL = "jdbc:postgresql:";
    private static final int DEEPEST_CAUSE = 20;
    private static final String MIGRATIONS = "classpath:io/anteroom/admin/store/migrations";

    private final ReentrantLock lock = new ReentrantLock();
    private final String name;
    private final Opening opening;
    private @Nullable DataSource source;
    private @Nullable Jdbi jdbi;
    private boolean isClosed;

    /** Makes the connections. */
    private interface Opening {
        DataSource open() throws IOException;
    }

    private Database(String name, Opening opening) {
        this.name = name;
        this.opening = opening;
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
        // By default H2 acknowledges up to half a second before it writes.
        String url = "jdbc:h2:file:" + whole.resolve(FILE) + ";WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE";
        return new Database("H2 in " + directory, () -> {
            Files.createDirectories(whole);
            return pooled(url, "sa", "");
        });
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
        return new Database(withoutParameters(url), () -> pooled(url, user, password));
    }

    /** A database behind connections of the host's, which stay the host's. */
    public static Database of(DataSource source) {
        return new Database("the host's data source", () -> source);
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
     * Does something in one transaction.
     *
     * @param what what is tried, for the message if it fails
     * @throws StoreException if the database cannot be reached or refuses
     */
    public <T> T inTransaction(String what, Function<Handle, T> work) {
        try {
            return ready().inTransaction(handle -> work.apply(handle));
        } catch (JdbiException | FlywayException | IOException | IllegalStateException e) {
            throw new StoreException(what + ": " + name + ": " + reason(e), e);
        }
    }

    /** Makes what has been committed survive the loss of power too, where a commit alone does not. */
    public void sync() {
        inTransaction("writing to the disk", handle -> {
            if (isH2(handle)) {
                handle.execute("checkpoint sync");
            }
            return true;
        });
    }

    private static boolean isH2(Handle handle) {
        try {
            return handle.getConnection().getMetaData().getDatabaseProductName().equals("H2");
        } catch (SQLException e) {
            throw new IllegalStateException("the connection is broken", e);
        }
    }

    private Jdbi ready() throws IOException {
        lock.lock();
        try {
            if (isClosed) {
                throw new IllegalStateException("it is closed");
            }
            Jdbi known = jdbi;
            return known != null ? known : open();
        } finally {
            lock.unlock();
        }
    }

    private Jdbi open() throws IOException {
        DataSource opened = source != null ? source : opening.open();
        source = opened;
        // Flyway has a table lock of its own: servers that start at once do not migrate twice.
        Flyway.configure(Database.class.getClassLoader())
                .dataSource(opened)
                .locations(MIGRATIONS)
                .table("anteroom_schema_history")
                .baselineOnMigrate(true)
                // The parts number their migrations in ranges of their own: V2xx access, V3xx figures, V4xx webhooks.
                .outOfOrder(true)
                .baselineVersion("0")
                .load()
                .migrate();
        Jdbi made = Jdbi.create(opened);
        jdbi = made;
        return made;
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

    @Override
    public void close() {
        lock.lock();
        try {
            isClosed = true;
            jdbi = null;
            if (source instanceof HikariDataSource pool) {
                pool.close();
            }
        } finally {
            lock.unlock();
        }
    }
}
