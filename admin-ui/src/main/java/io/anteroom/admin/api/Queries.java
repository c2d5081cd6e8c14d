// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.api;

import jakarta.servlet.http.HttpServletRequest;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Reads the query of a call: parameters that the route does not know, or knows otherwise, are refused. */
final class Queries {
    private static final int MOST = 32;

    private Queries() {}

    static Map<String, String> read(Route route, HttpServletRequest request) {
        String text = request.getQueryString();
        Map<String, String> values = new LinkedHashMap<>();
        if (text == null || text.isEmpty()) {
            return values;
        }
        // Not getParameter: that would read a form's body, too.
        String[] pairs = text.split("&", MOST + 1);
        if (pairs.length > MOST) {
            throw ApiProblem.invalid("query: more than " + MOST + " parameters");
        }
        for (String pair : pairs) {
            int equals = pair.indexOf('=');
            String name = decoded(equals < 0 ? pair : pair.substring(0, equals));
            String value = equals < 0 ? "" : decoded(pair.substring(equals + 1));
            if (values.put(name, checked(route, name, value)) != null) {
                throw ApiProblem.invalid(Text.shown(name) + ": twice (expected: once)");
            }
        }
        return values;
    }

    private static String checked(Route route, String name, String value) {
        for (Route.Param param : route.params()) {
            if (param.name().equals(name)) {
                if (!fits(param, value)) {
                    throw ApiProblem.invalid(name + ": " + Text.shown(value) + " (expected: " + rule(param) + ")");
                }
                return value;
            }
        }
        String known = route.params().stream().map(Route.Param::name).collect(Collectors.joining(", "));
        throw ApiProblem.invalid(Text.shown(name) + ": unknown parameter (expected: "
                + (known.isEmpty() ? "none" : "one of " + known) + ")");
    }

    private static boolean fits(Route.Param param, String value) {
        return switch (param.type()) {
            case "integer" -> isWithin(param, value);
            case "boolean" -> value.equals("true") || value.equals("false");
            default ->
                value.length() <= param.max()
                        && value.indexOf('\0') < 0
                        && (param.pattern().isEmpty() || Pattern.matches(param.pattern(), value));
        };
    }

    private static boolean isWithin(Route.Param param, String value) {
        if (!value.matches("-?[0-9]{1,18}")) {
            return false;
        }
        long number = Long.parseLong(value);
        return number >= param.min() && number <= param.max();
    }

    private static String rule(Route.Param param) {
        return switch (param.type()) {
            case "integer" -> "a whole number from " + param.min() + " to " + param.max();
            case "boolean" -> "true or false";
            default ->
                param.pattern().isEmpty() ? "at most " + param.max() + " characters" : "as in " + param.pattern();
        };
    }

    private static String decoded(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '%' && i + 2 < text.length() && isHex(text.charAt(i + 1)) && isHex(text.charAt(i + 2))) {
                bytes.write(Integer.parseInt(text.substring(i + 1, i + 3), 16));
                i += 2;
            } else if (c == '%' || c > 0x7e) {
                throw ApiProblem.invalid("query: no percent-encoded UTF-8");
            } else {
                bytes.write(c == '+' ? ' ' : c);
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw ApiProblem.invalid("query: no percent-encoded UTF-8");
        }
    }

    private static boolean isHex(char c) {
        return Character.digit(c, 16) >= 0 && c < 0x7f;
    }
}
