// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.api;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Checks the members of a body against their {@link Field}s. */
final class Fields {
    private Fields() {}

    /** Whether a member may be left out or null. */
    static boolean isOptional(RecordComponent component) {
        return component.getAnnotatedType().isAnnotationPresent(Nullable.class);
    }

    static String name(RecordComponent component) {
        return component.getName().replaceAll("([A-Z])", "_$1").toLowerCase(java.util.Locale.ROOT);
    }

    static void check(Object value, String path) {
        if (!value.getClass().isRecord()) {
            return;
        }
        for (RecordComponent component : value.getClass().getRecordComponents()) {
            String at = path.isEmpty() ? name(component) : path + "." + name(component);
            Object member = read(component, value);
            if (member == null) {
                if (!isOptional(component)) {
                    throw ApiProblem.invalid(at + ": missing (expected: " + expected(component) + ")");
                }
                continue;
            }
            check(component, member, at);
        }
    }

    private static @Nullable Object read(RecordComponent component, Object value) {
        try {
            Method accessor = component.getAccessor();
            accessor.setAccessible(true);
            return accessor.invoke(value);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("a body of the API cannot be read: " + component, e);
        }
    }

    private static void check(RecordComponent component, Object member, String at) {
        Field field = component.getAnnotation(Field.class);
        checkStorable(member, at);
        if (member instanceof Collection<?> items) {
            int i = 0;
            for (Object item : items) {
                if (item == null) {
                    throw ApiProblem.invalid(at + "[" + i + "]: null (expected: a value)");
                }
                checkStorable(item, at + "[" + i + "]");
                if (field != null && item instanceof String text) {
                    checkText(field, text, at + "[" + i + "]", Integer.MAX_VALUE);
                }
                check(item, at + "[" + i++ + "]");
            }
        }
        if (field != null && !isWithin(field, member)) {
            throw ApiProblem.invalid(at + ": " + shown(member) + " (expected: " + expected(component) + ")");
        }
        if (field != null && member instanceof String text) {
            checkText(field, text, at, field.max());
        }
        check(member, at);
    }

    private static void checkStorable(Object member, String at) {
        String fault = member instanceof String text ? Text.fault(text) : null;
        if (fault != null) {
            throw ApiProblem.invalid(at + ": " + fault + " (expected: a text)");
        }
    }

    private static void checkText(Field field, String text, String at, long max) {
        boolean fits = text.length() <= max
                && (field.pattern().isEmpty() || Pattern.matches(field.pattern(), text))
                && (field.oneOf().length == 0 || Arrays.asList(field.oneOf()).contains(text));
        if (!fits) {
            throw ApiProblem.invalid(at + ": " + Text.shown(text) + " (expected: " + rule(field) + ")");
        }
    }

    private static boolean isWithin(Field field, Object member) {
        long size = member instanceof Number number
                ? number.longValue()
                : member instanceof String text
                        ? text.length()
                        : member instanceof Collection<?> items
                                ? items.size()
                                : member instanceof Map<?, ?> map ? map.size() : field.min();
        return size >= field.min() && size <= field.max();
    }

    private static String shown(Object member) {
        return member instanceof Collection<?> items
                ? items.size() + " items"
                : member instanceof String text ? text.length() + " characters" : Text.shown(member.toString());
    }

    private static String expected(RecordComponent component) {
        Field field = component.getAnnotation(Field.class);
        return field == null ? "a value" : rule(field);
    }

    private static String rule(Field field) {
        if (field.oneOf().length > 0) {
            return "one of " + String.join(", ", field.oneOf());
        }
        String most = field.max() == Long.MAX_VALUE ? "" : " to " + field.max();
        String size = field.min() > 0 || !most.isEmpty() ? "from " + field.min() + most : "a value";
        return field.pattern().isEmpty() ? size : size + ", as in " + field.pattern();
    }
}
