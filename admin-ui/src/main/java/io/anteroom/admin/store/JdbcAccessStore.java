// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jspecify.annotations.Nullable;

/** Users, sessions and tokens in a database. Safe from any thread, and beside other servers. */
public final class JdbcAccessStore implements AccessStore {
    private static final String USER = "select * from admin_user";
    private static final String SESSION = "select * from admin_session";
    private static final String TOKEN = "select * from admin_token";

    private final Database database;

    /** The store in a database, which stays open when this is done with. */
    public JdbcAccessStore(Database database) {
        this.database = database;
    }

    private <T> T read(Function<Handle, T> work) {
        return database.inTransaction("reading users and tokens", work);
    }

    private <T> T write(Function<Handle, T> work) {
        return database.inTransaction("writing users and tokens", work);
    }

    private int run(String sql, Map<String, ?> values) {
        return write(handle -> run(handle, sql, values));
    }

    private static int run(Handle handle, String sql, Map<String, ?> values) {
        return handle.createUpdate(sql).bindMap(values).execute();
    }

    private <T> List<T> list(String sql, Map<String, ?> values, RowMapper<T> row) {
        return read(handle -> handle.createQuery(sql).bindMap(values).map(row).list());
    }

    private static <T> @Nullable T first(List<T> rows) {
        return rows.isEmpty() ? null : rows.get(0);
    }

    @Override
    public boolean hasNoUsers() {
        return read(handle -> count(handle, "admin_user") == 0);
    }

    private static int count(Handle handle, String table) {
        return handle.createQuery("select count(*) from " + table)
                .mapTo(Integer.class)
                .one();
    }

    @Override
    public List<User> users() {
        return list(USER + " order by name", Map.of(), JdbcAccessStore::user);
    }

    @Override
    public @Nullable User user(String name) {
        return first(list(USER + " where name = :name", Map.of("name", clean(name)), JdbcAccessStore::user));
    }

    @Override
    public boolean addFirst(User user) {
        return write(handle -> {
            lock(handle);
            return count(handle, "admin_user") == 0 && insert(handle, user);
        });
    }

    @Override
    public boolean add(User user) {
        return write(handle -> {
            lock(handle);
            int same = handle.createQuery("select count(*) from admin_user where name = :name")
                    .bind("name", user.name())
                    .mapTo(Integer.class)
                    .one();
            return same == 0 && count(handle, "admin_user") < MOST_USERS && insert(handle, user);
        });
    }

    /** One row that all who change users take first, so that two do not remove the last two admins at once. */
    private static void lock(Handle handle) {
        List<Integer> unused = handle.createQuery("select id from admin_lock where id = 1 for update")
                .mapTo(Integer.class)
                .list();
    }

    private static boolean insert(Handle handle, User user) {
        return run(
                        handle,
                        "insert into admin_user (name, role, password_hash, disabled, created_at)"
                                + " values (:name, :role, :hash, :disabled, :created)",
                        Map.of(
                                "name", user.name(),
                                "role", user.role().word(),
                                "hash", user.passwordHash(),
                                "disabled", user.isDisabled() ? 1 : 0,
                                "created", user.created().toEpochMilli()))
                == 1;
    }

    @Override
    public boolean replace(User before, User after) {
        return write(handle -> {
            lock(handle);
            int changed = run(
                    handle,
                    "update admin_user set role = :role, password_hash = :hash, disabled = :disabled"
                            + " where name = :name and role = :oldRole and password_hash = :oldHash"
                            + " and disabled = :oldDisabled",
                    Map.of(
                            "name", before.name(),
                            "role", after.role().word(),
                            "hash", after.passwordHash(),
                            "disabled", after.isDisabled() ? 1 : 0,
                            "oldRole", before.role().word(),
                            "oldHash", before.passwordHash(),
                            "oldDisabled", before.isDisabled() ? 1 : 0));
            if (changed == 0 || hasNoAdmin(handle)) {
                handle.rollback();
                return false;
            }
            int unused =
                    run(handle, "delete from admin_session where user_name = :name", Map.of("name", before.name()));
            return true;
        });
    }

    private static boolean hasNoAdmin(Handle handle) {
        return handle.createQuery("select count(*) from admin_user where role = 'admin' and disabled = 0")
                        .mapTo(Integer.class)
                        .one()
                == 0;
    }

    @Override
    public void rehash(String name, String oldHash, String newHash) {
        int unused = run(
                "update admin_user set password_hash = :new where name = :name and password_hash = :old",
                Map.of("name", name, "old", oldHash, "new", newHash));
    }

    @Override
    public void loggedIn(String name, Instant at) {
        int unused = run(
                "update admin_user set last_login_at = :at where name = :name",
                Map.of("name", name, "at", at.toEpochMilli()));
    }

    @Override
    public boolean removeUser(String name) {
        return write(handle -> {
            lock(handle);
            Map<String, String> values = Map.of("name", clean(name));
            int removed = run(handle, "delete from admin_user where name = :name", values);
            if (removed == 0 || hasNoAdmin(handle)) {
                handle.rollback();
                return false;
            }
            int sessions = run(handle, "delete from admin_session where user_name = :name", values);
            int tokens = run(handle, "delete from admin_token where maker = :name", values);
            return sessions + tokens >= 0;
        });
    }

    @Override
    public void add(StoredSession session) {
        boolean unused = write(handle -> {
            int added = run(
                    handle,
                    "insert into admin_session (hash, user_name, created_at, seen_at, confirmed_at, address)"
                            + " values (:hash, :user, :created, :seen, :confirmed, :address)",
                    Map.of(
                            "hash", session.hash(),
                            "user", session.user(),
                            "created", session.created().toEpochMilli(),
                            "seen", session.lastSeen().toEpochMilli(),
                            "confirmed", session.confirmed().toEpochMilli(),
                            "address", session.address()));
            int ended = run(
                    handle,
                    "delete from admin_session where user_name = :user and hash not in (select hash from admin_session"
                            + " where user_name = :user order by created_at desc, hash limit " + MOST_SESSIONS + ")",
                    Map.of("user", session.user()));
            return added + ended > 0;
        });
    }

    @Override
    public @Nullable StoredSession session(String hash) {
        return first(list(SESSION + " where hash = :hash", Map.of("hash", hash), JdbcAccessStore::session));
    }

    @Override
    public List<StoredSession> sessions(String user) {
        return list(
                SESSION + " where user_name = :user order by created_at desc, hash",
                Map.of("user", clean(user)),
                JdbcAccessStore::session);
    }

    @Override
    public void seen(String hash, Instant at) {
        int unused = run(
                "update admin_session set seen_at = :at where hash = :hash and seen_at < :at",
                Map.of("hash", hash, "at", at.toEpochMilli()));
    }

    @Override
    public void confirmed(String hash, Instant at) {
        int unused = run(
                "update admin_session set confirmed_at = :at where hash = :hash",
                Map.of("hash", hash, "at", at.toEpochMilli()));
    }

    @Override
    public void removeSession(String hash) {
        int unused = run("delete from admin_session where hash = :hash", Map.of("hash", hash));
    }

    @Override
    public void removeSessions(String user, String exceptHash) {
        int unused = run(
                "delete from admin_session where user_name = :user and hash <> :hash",
                Map.of("user", clean(user), "hash", exceptHash));
    }

    @Override
    public void forgetSessions(Instant lastSeen, Instant created) {
        int unused = run(
                "delete from admin_session where seen_at < :seen or created_at < :created",
                Map.of("seen", lastSeen.toEpochMilli(), "created", created.toEpochMilli()));
    }

    @Override
    public List<StoredToken> tokens() {
        return list(TOKEN + " order by created_at desc, id", Map.of(), JdbcAccessStore::token);
    }

    @Override
    public @Nullable StoredToken tokenByHash(String hash) {
        return first(list(TOKEN + " where hash = :hash", Map.of("hash", hash), JdbcAccessStore::token));
    }

    @Override
    public boolean add(StoredToken token) {
        return write(handle -> {
            lock(handle);
            return count(handle, "admin_token") < MOST_TOKENS
                    && run(
                                    handle,
                                    "insert into admin_token (id, hash, prefix, name, role, scopes, maker, created_at,"
                                            + " expires_at) values (:id, :hash, :prefix, :name, :role, :scopes, :maker,"
                                            + " :created, :expires)",
                                    Map.of(
                                            "id", token.id(),
                                            "hash", token.hash(),
                                            "prefix", token.prefix(),
                                            "name", token.name(),
                                            "role", token.role().word(),
                                            "scopes", String.join(" ", token.scopes()),
                                            "maker", token.maker(),
                                            "created", token.created().toEpochMilli(),
                                            "expires", token.expires().toEpochMilli()))
                            == 1;
        });
    }

    @Override
    public void forgetTokens(Instant expired) {
        int unused = run("delete from admin_token where expires_at < :at", Map.of("at", expired.toEpochMilli()));
    }

    @Override
    public void used(String id, Instant at) {
        int unused =
                run("update admin_token set used_at = :at where id = :id", Map.of("id", id, "at", at.toEpochMilli()));
    }

    @Override
    public boolean removeToken(String id) {
        return run("delete from admin_token where id = :id", Map.of("id", clean(id))) == 1;
    }

    /** PostgreSQL takes no NUL in a text. */
    private static String clean(String text) {
        return text.replace('\0', ' ');
    }

    private static Role role(ResultSet row) throws SQLException {
        String word = row.getString("role");
        for (Role role : Role.values()) {
            if (role.word().equals(word)) {
                return role;
            }
        }
        throw new SQLException("role '" + word + "' is not known to this version");
    }

    private static @Nullable Instant moment(ResultSet row, String column) throws SQLException {
        long millis = row.getLong(column);
        return row.wasNull() ? null : Instant.ofEpochMilli(millis);
    }

    private static Instant at(ResultSet row, String column) throws SQLException {
        return Instant.ofEpochMilli(row.getLong(column));
    }

    private static User user(ResultSet row, Object context) throws SQLException {
        return new User(
                row.getString("name"),
                role(row),
                row.getString("password_hash"),
                row.getInt("disabled") != 0,
                at(row, "created_at"),
                moment(row, "last_login_at"));
    }

    private static StoredSession session(ResultSet row, Object context) throws SQLException {
        return new StoredSession(
                row.getString("hash"),
                row.getString("user_name"),
                at(row, "created_at"),
                at(row, "seen_at"),
                at(row, "confirmed_at"),
                row.getString("address"));
    }

    private static StoredToken token(ResultSet row, Object context) throws SQLException {
        String scopes = row.getString("scopes");
        return new StoredToken(
                row.getString("id"),
                row.getString("hash"),
                row.getString("prefix"),
                row.getString("name"),
                role(row),
                scopes.isEmpty() ? Set.of() : Set.of(scopes.split(" ")),
                row.getString("maker"),
                at(row, "created_at"),
                at(row, "expires_at"),
                moment(row, "used_at"));
    }
}
