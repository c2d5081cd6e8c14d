// SPDX-License-Identifier: Apache-2.0
package io.anteroom.settings;

/** A revision as JSON text, for export and import. */
public final class RevisionText {
    private static final Form<Revision> FORM = new Form<Revision>(
                    v -> new Revision(v.at(0), v.at(1), v.at(2), v.at(3), v.at(4)))
            .needs("revision", Shapes.whole(0, Long.MAX_VALUE), Revision::number)
            .needs("at", Shapes.instant(), Revision::at)
            .needs("by", Shapes.text("(?s).{1,128}", "1 to 128 characters"), Revision::by)
            .has("comment", Shapes.text("(?s).{0,1000}", "at most 1000 characters"), "", Revision::comment)
            .needs("settings", SettingsForm.FORM, Revision::settings);

    private RevisionText() {}

    /** Writes a revision. */
    public static String write(Revision revision) {
        return JsonTree.write(FORM.write(revision));
    }

    /**
     * Reads an exported revision.
     *
     * @throws SettingsException with every problem
     */
    public static Revision read(String json) {
        Place place = Place.root();
        Revision revision = FORM.read(JsonTree.read(json), place);
        if (revision == null || !place.problems().isEmpty()) {
            throw new SettingsException(place.problems());
        }
        return revision;
    }
}
