// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.live;

import io.anteroom.admin.web.Urls;
import io.anteroom.admin.web.parts.Bar;
import io.anteroom.admin.web.parts.StateWord;
import java.util.Map;

/**
 * How a pool stands, as text: the same for the page and for the stream that keeps it up to date.
 *
 * @param name as its users call it
 * @param state in one word
 * @param mode what it has been told, in lower case
 * @param texts figures by name
 * @param bars shares by name
 */
record PoolNow(String name, StateWord state, String mode, Map<String, String> texts, Map<String, Bar> bars) {
    /** Copies the maps. */
    PoolNow {
        texts = Map.copyOf(texts);
        bars = Map.copyOf(bars);
    }

    /** Its name in addresses. */
    public String encoded() {
        return Urls.encode(name);
    }

    /** Where its page is. */
    public String path() {
        return "/pools/" + encoded();
    }
}
