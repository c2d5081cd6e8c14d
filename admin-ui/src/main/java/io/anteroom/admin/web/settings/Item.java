// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.settings;

import io.anteroom.admin.web.parts.Field;
import io.anteroom.settings.SettingsProblem;
import java.util.ArrayList;
import java.util.List;

/**
 * One value of the document as a field of a form.
 *
 * @param path where it stands below the form's own place
 * @param kind how it is written
 * @param field what people see, named by the path
 */
record Item(List<String> path, Kind kind, Field field) {
    private static Item of(String path, Kind kind, Field field) {
        return new Item(List.of(path.split("\\.")), kind, field);
    }

    static Item number(String path, Kind kind, String label, String unit, String help, long least, long most) {
        Field plain = Field.number(path, label, unit).help(help).between(least, most);
        return of(path, kind, kind == Kind.BOUND ? plain : plain.required());
    }

    static Item text(String path, String label, String help) {
        return of(path, Kind.TEXT, Field.text(path, label).help(help).longest(400));
    }

    static Item choice(String path, String label, String help, Field.Option... options) {
        return of(path, Kind.TEXT, Field.radio(path, label, List.of(options)).help(help));
    }

    static Item select(String path, String label, String help, List<Field.Option> options) {
        return of(path, Kind.TEXT, Field.select(path, label, options).help(help));
    }

    static Item flag(String path, String label, String help) {
        return of(path, Kind.FLAG, Field.checkbox(path, label).help(help));
    }

    /** The field filled in from a document. */
    Field shown(Document document, List<String> place) {
        return field.value(kind.shown(document.at(whole(place))));
    }

    Step step(List<String> place, String value) {
        return new Step(whole(place), kind.read(value));
    }

    List<String> whole(List<String> place) {
        List<String> whole = new ArrayList<>(place);
        whole.addAll(path);
        return whole;
    }

    /** What is said about it at its field: what is allowed, in the unit of the field. */
    String wrong(SettingsProblem problem) {
        String bounds = bounds();
        return bounds.isEmpty() ? "Expected is " + problem.expected() + "." : bounds;
    }

    private String bounds() {
        Number least = field.rules().least();
        Number most = field.rules().most();
        if (least == null || most == null) {
            return "";
        }
        String unit = field.unit().isEmpty() ? "" : " " + field.unit();
        String empty = kind == Kind.BOUND ? ", or nothing for no bound" : "";
        String whole = kind == Kind.WHOLE || kind == Kind.BOUND ? "a whole number " : "a number ";
        String fine = kind == Kind.SECONDS ? ", to the millisecond" : kind == Kind.MEBIBYTES ? ", in whole bytes" : "";
        return "Expected is " + whole
                + (most.longValue() >= Integer.MAX_VALUE ? "of at least " + least : "from " + least + " to " + most)
                + unit + fine + empty + ".";
    }
}
