// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.settings;

import io.anteroom.admin.web.parts.Field;
import java.util.List;

/** Everything about a rate limit that can be edited. */
final class LimitItems {
    private static final long MOST = 1_000_000_000_000L;

    private LimitItems() {}

    static List<Section> sections() {
        return List.of(
                new Section(
                        "amount",
                        "How much",
                        "Who uses more than this is refused, or waits.",
                        false,
                        List.of(
                                Item.choice(
                                        "unit",
                                        "Counted are",
                                        "",
                                        Field.Option.of("requests", "Requests"),
                                        new Field.Option(
                                                "tokens",
                                                "Tokens",
                                                "Estimated on arrival, corrected by what the answer says.")),
                                Item.number("amount", Kind.WHOLE, "Amount", "", "So many in each period.", 1, MOST),
                                Item.number("per_ms", Kind.SECONDS, "Period", "s", "60 is a minute.", 0, 2_678_400),
                                Item.number(
                                        "burst",
                                        Kind.BOUND,
                                        "Burst",
                                        "",
                                        "How much can be saved up and used at once. Nothing: a period's amount.",
                                        1,
                                        MOST))),
                new Section(
                        "whom",
                        "For whom",
                        "",
                        false,
                        List.of(
                                Item.text(
                                        "models",
                                        "Models",
                                        "Only these: llama-3, llama* or *. Nothing: whatever the model."),
                                Item.choice(
                                        "on_limit",
                                        "Who is over it",
                                        "",
                                        new Field.Option(
                                                "reject",
                                                "Is refused (default)",
                                                "429, with the exact moment to come back."),
                                        new Field.Option(
                                                "queue",
                                                "Waits in line",
                                                "Until the bucket has refilled, like any other.")),
                                Item.choice(
                                        "refill",
                                        "It refills",
                                        "",
                                        Field.Option.of("smooth", "Evenly (default)"),
                                        Field.Option.of("interval", "All at once at the end of each period")))));
    }
}
