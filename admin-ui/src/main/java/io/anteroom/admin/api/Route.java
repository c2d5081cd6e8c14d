// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.api;

import io.anteroom.admin.store.Role;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One row of the table: what can be called, by whom, with what, and what comes back. Immutable once it is in the table.
 */
public final class Route {
    static final int SMALL_BODY = 256 << 10;
    static final int LARGE_BODY = 8 << 20;

    private final String method;
    private final String path;
    private final String area;
    private final @Nullable Role role;
    private final String summary;
    private final List<Param> params = new ArrayList<>();
    private final Set<Integer> statuses = new TreeSet<>();
    private @Nullable Class<?> body;
    private boolean isBodyOptional;
    private boolean hasTree;
    private int mostBytes = SMALL_BODY;
    private int status = 200;
    private @Nullable Class<?> answer;
    private String type = Reply.JSON;
    private boolean needsFresh;
    private boolean needsAllAreas;
    private boolean takesIfMatch;
    private Handler handler = call -> Reply.nothing();

    private Route(String method, String path, String area, @Nullable Role role, String summary) {
        this.method = method;
        this.path = path;
        this.area = area;
        this.role = role;
        this.summary = summary;
    }

    /** Answers a call. */
    @FunctionalInterface
    public interface Handler {
        /** Answers, or throws an {@link ApiProblem}. */
        Reply handle(Call call) throws IOException;
    }

    /**
     * A parameter of the query.
     *
     * @param name its name
     * @param type {@code string}, {@code integer} or {@code boolean}
     * @param about what it means
     * @param pattern what it looks like, or empty
     * @param min the least number
     * @param max the greatest number, the most characters
     */
    record Param(String name, String type, String about, String pattern, long min, long max) {}

    /**
     * Begins a row.
     *
     * @param path below {@code /v1/management}, with {@code {names}} of segments
     * @param area what scopes of tokens name
     * @param role who may call it at least
     */
    public static Route of(String method, String path, String area, Role role, String summary) {
        return new Route(method, path, area, role, summary);
    }

    /** Begins a row that anybody may call. */
    static Route open(String method, String path, String summary) {
        return new Route(method, path, "", null, summary);
    }

    /** Takes a body. */
    public Route takes(Class<?> body) {
        this.body = body;
        return also(400).also(413).also(415);
    }

    /** Takes a body that may be left out. */
    Route mayTake(Class<?> body) {
        this.isBodyOptional = true;
        return takes(body);
    }

    /** Takes a document of another form, as a tree. */
    Route takesTree(int mostBytes) {
        this.hasTree = true;
        this.mostBytes = mostBytes;
        return also(400).also(413).also(415);
    }

    /** Takes a text in the query. */
    Route text(String name, int longest, String about) {
        params.add(new Param(name, "string", about, "", 0, longest));
        return also(400);
    }

    /** Takes a text of a certain form in the query. */
    Route text(String name, String pattern, String about) {
        params.add(new Param(name, "string", about, pattern, 0, 256));
        return also(400);
    }

    /** Takes a number in the query. */
    Route number(String name, long min, long max, String about) {
        params.add(new Param(name, "integer", about, "", min, max));
        return also(400);
    }

    /** Takes true or false in the query. */
    Route flag(String name, String about) {
        params.add(new Param(name, "boolean", about, "", 0, 0));
        return also(400);
    }

    /** Takes the parameters of a list that comes in pages. */
    Route paged() {
        return text("cursor", "[A-Za-z0-9_.:-]{1,64}", "what next_cursor of the page before said")
                .number("limit", 1, Call.MOST_PER_PAGE, "at most so many");
    }

    /** Takes {@code If-Match}. */
    Route ifMatch() {
        takesIfMatch = true;
        return also(400).also(412).also(428);
    }

    /** Answers with a body. */
    public Route answers(int status, Class<?> answer) {
        this.status = status;
        this.answer = answer;
        return this;
    }

    /** Answers with something else than JSON of a known form. */
    Route answersText(String type) {
        this.type = type;
        return this;
    }

    /** Answers with 204. */
    Route answersNothing() {
        this.status = 204;
        return this;
    }

    /** May answer with this status too. */
    public Route also(int status) {
        statuses.add(status);
        return this;
    }

    /** Asks for the password again if that was a while ago. */
    Route fresh() {
        needsFresh = true;
        return this;
    }

    /**
     * Is for nobody who is confined to some areas: whoever makes a user or sets a password can log in as that user, to
     * whom all areas are open.
     */
    Route forAllAreas() {
        needsAllAreas = true;
        return this;
    }

    /** Ends the row. */
    public Route by(Handler handler) {
        this.handler = handler;
        return this;
    }

    /** The HTTP method. */
    public String method() {
        return method;
    }

    /** The path below {@code /v1/management}. */
    public String path() {
        return path;
    }

    /** What scopes of tokens name; empty if it belongs to no area. */
    public String area() {
        return area;
    }

    /** Who may call it at least; null for anybody. */
    public @Nullable Role role() {
        return role;
    }

    /** Whether the password is asked for again. */
    public boolean needsFresh() {
        return needsFresh;
    }

    /** Whether a token with scopes is refused, whatever these are. */
    public boolean needsAllAreas() {
        return needsAllAreas;
    }

    /** What it does. */
    public String summary() {
        return summary;
    }

    List<Param> params() {
        return params;
    }

    Set<Integer> statuses() {
        return statuses;
    }

    @Nullable Class<?> body() {
        return body;
    }

    boolean isBodyOptional() {
        return isBodyOptional;
    }

    boolean hasTree() {
        return hasTree;
    }

    int mostBytes() {
        return mostBytes;
    }

    int status() {
        return status;
    }

    @Nullable Class<?> answer() {
        return answer;
    }

    String type() {
        return type;
    }

    boolean takesIfMatch() {
        return takesIfMatch;
    }

    Handler handler() {
        return handler;
    }

    @Override
    public String toString() {
        return method + " " + path;
    }
}
