// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web;

/** An error that is told to whoever asked, as a page. */
public final class PageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String title;

    private PageException(int status, String title, String message) {
        super(message, null, false, false);
        this.status = status;
        this.title = title;
    }

    /** There is no such thing. */
    public static PageException notFound(String message) {
        return new PageException(404, "Not found", message);
    }

    /** It cannot be read. */
    public static PageException badRequest(String message) {
        return new PageException(400, "That cannot be read", message);
    }

    /** Somebody else was faster, or it is not possible now. */
    public static PageException conflict(String message) {
        return new PageException(409, "Not possible now", message);
    }

    /** It is not allowed. */
    public static PageException forbidden(String message) {
        return new PageException(403, "Not allowed", message);
    }

    /** What it needs does not answer. */
    public static PageException unavailable(String message) {
        return new PageException(503, "Not available now", message);
    }

    /** Any other. */
    static PageException of(int status, String title, String message) {
        return new PageException(status, title, message);
    }

    int status() {
        return status;
    }

    String title() {
        return title;
    }

    String text() {
        String message = getMessage();
        return message == null ? title : message;
    }
}
