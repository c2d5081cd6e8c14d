// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/** What a page answers with. */
public sealed interface Answer {
    /**
     * A page in the layout.
     *
     * @param status of HTTP: 200, or 422 for a form with errors
     * @param template below {@code templates/}, a constant
     * @param title of the document, without the product's name
     * @param section the id of the entry of the navigation to which it belongs
     * @param model what the template sees as {@code m}: a record
     */
    record View(int status, String template, String title, String section, Record model) implements Answer {
        /** The same with another status. */
        public View withStatus(int status) {
            return new View(status, template, title, section, model);
        }
    }

    /** A part of a page, without the layout. */
    record Fragment(String template, String fragment, Record model) implements Answer {}

    /**
     * To another page of the administration, after a change.
     *
     * @param path as {@code /users}, with its query
     * @param flash what is said there once, or null
     */
    record Redirect(String path, @Nullable Flash flash) implements Answer {}

    /** A file to keep. */
    record Download(String fileName, String contentType, Body body) implements Answer {
        /** Writes the file. */
        @FunctionalInterface
        public interface Body {
            /** Writes it all. */
            void writeTo(OutputStream out) throws IOException;
        }
    }

    /** A stream that goes on after the page has answered. */
    record Stream(Opening opening) implements Answer {
        /** Begins the stream. */
        @FunctionalInterface
        public interface Opening {
            /** Takes the response over; the request is asynchronous from then on. */
            void open(HttpServletRequest request, HttpServletResponse response) throws IOException;
        }
    }

    /** A page in the layout, with status 200. */
    static View view(String template, String title, String section, Record model) {
        return new View(200, template, title, section, model);
    }

    /** A part of a page, for those who replace one. */
    static Fragment fragment(String template, String fragment, Record model) {
        return new Fragment(template, fragment, model);
    }

    /** To another page, saying nothing. */
    static Redirect redirect(String path) {
        return new Redirect(path, null);
    }

    /** To another page, saying what has been done. */
    static Redirect done(String path, String message) {
        return new Redirect(path, Flash.done(message));
    }

    /** To another page, saying what did not work. */
    static Redirect failed(String path, String message) {
        return new Redirect(path, Flash.failed(message));
    }
}
