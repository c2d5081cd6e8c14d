// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.parts;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The fields of a form, in their order: templates show {@code fields.get('name')}, and {@code parts/form ::
 * summary(fields)} above them. Immutable.
 *
 * @param all by their ids
 */
public record Fields(Map<String, Field> all) {
    /** Keeps the order. */
    public Fields {
        all = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(all));
    }

    /** These fields. */
    public static Fields of(Field... fields) {
        Map<String, Field> all = new LinkedHashMap<>();
        for (Field field : fields) {
            all.put(field.id(), field);
        }
        return new Fields(all);
    }

    /** The field of that id. */
    public Field get(String id) {
        return Objects.requireNonNull(all.get(id), id);
    }

    /** Those with something wrong about them. */
    public List<Field> wrong() {
        List<Field> wrong = new ArrayList<>(all.values());
        wrong.removeIf(field -> !field.isWrong());
        return List.copyOf(wrong);
    }

    /** Where these differ from others of the same form: theirs before, these after. Passwords are left out. */
    public List<Difference> against(Fields others) {
        List<Difference> differences = new ArrayList<>();
        for (Field field : all.values()) {
            Field other = others.all.get(field.id());
            if (other != null
                    && field.type() != Field.Type.PASSWORD
                    && !field.value().equals(other.value())) {
                differences.add(new Difference(field.label(), told(other.value()), told(field.value())));
            }
        }
        return List.copyOf(differences);
    }

    private static String told(String value) {
        return value.equals("on") ? "yes" : value;
    }

    /** In their order. */
    public List<Field> list() {
        return List.copyOf(all.values());
    }

    /** The same with something wrong about one of them. */
    public Fields withError(String id, String error) {
        Map<String, Field> changed = new LinkedHashMap<>(all);
        changed.computeIfPresent(id, (same, field) -> field.error(error));
        return new Fields(changed);
    }
}
