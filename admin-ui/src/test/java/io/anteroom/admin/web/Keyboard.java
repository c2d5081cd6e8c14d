// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Works a page as those do who have no mouse, by Tab, Enter, Space, arrows and letters; and holds each stop to being
 * seen: with a mark of focus, and within the window.
 */
public final class Keyboard {
    private static final int MOST_STOPS = 400;
    private static final int MOST_RADIOS = 12;

    /** The name that assistive technology would say, as far as these pages need it. */
    private static final String NAME = "e => { const plain = text => (text ?? '').replace(/\\s+/g, ' ').trim();"
            + " if (e.hasAttribute('aria-label')) { return plain(e.getAttribute('aria-label')); }"
            + " if (e.labels && e.labels.length > 0) { return plain(Array.from(e.labels).map(l => l.textContent).join(' ')); }"
            + " return /^(A|BUTTON|SUMMARY)$/.test(e.tagName) ? plain(e.textContent) : ''; }";

    private static final String FOCUS = "() => { const e = document.activeElement;"
            + " if (!e || e === document.body) { return ['', '']; }"
            + " const name = (" + NAME + ")(e);"
            + " const box = e.getBoundingClientRect();"
            // A field and its unit are marked together.
            + " const marked = e.matches(':focus-visible') && [e, e.parentElement].some(each => {"
            + " const style = getComputedStyle(each); return style.outlineStyle !== 'none' || style.boxShadow !== 'none'; });"
            + " const within = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;"
            + " return [name, !marked ? 'has no mark of focus' : !within ? 'is out of sight' : '']; }";

    private final Tab tab;

    private Keyboard(Tab tab) {
        this.tab = tab;
    }

    /** The keyboard before a window. */
    public static Keyboard of(Tab tab) {
        return new Keyboard(tab);
    }

    /** Goes to the stop with that name, by Tab alone. */
    public Keyboard reach(String name) {
        return reach(Pattern.compile(Pattern.quote(name)));
    }

    private Keyboard reach(Pattern name) {
        for (int stop = 0; stop < MOST_STOPS; stop++) {
            List<?> focus = (List<?>) tab.page().evaluate(FOCUS);
            if (name.matcher(String.valueOf(focus.get(0))).matches()) {
                assertThat(String.valueOf(focus.get(1)))
                        .as(focus.get(0) + " at " + tab.path())
                        .isEmpty();
                return this;
            }
            tab.key("Tab");
        }
        throw new AssertionError("no stop is called " + name + " at " + tab.path() + ":\n" + tab.text());
    }

    /** Goes there and presses Enter: a link that opens a dialog, a button of a script. */
    public Keyboard enter(String name) {
        reach(name).tab.key("Enter");
        return this;
    }

    /** Goes there and presses Enter, and waits for the page that follows. */
    public Keyboard follow(String name) {
        return follow(Pattern.compile(Pattern.quote(name)));
    }

    /** The same for a name that has something in it which is not known before. */
    public Keyboard follow(Pattern name) {
        AtomicBoolean isLoaded = new AtomicBoolean();
        Consumer<Page> loaded = unused -> isLoaded.set(true);
        reach(name);
        tab.page().onDOMContentLoaded(loaded);
        tab.key("Enter");
        tab.page().waitForCondition(isLoaded::get);
        tab.page().offDOMContentLoaded(loaded);
        return this;
    }

    /** Replaces what is in a field. */
    public Keyboard fill(String label, String text) {
        reach(label).tab.key("Control+a").key("Delete").type(text);
        return this;
    }

    /** Ticks a box, or takes its tick away. */
    public Keyboard tick(String label) {
        reach(label).tab.key("Space");
        return this;
    }

    /** Chooses one of a group: goes to that which is chosen, and on by arrows. */
    public Keyboard choose(String group, String label) {
        Object chosen = tab.page()
                .evaluate(
                        "legend => { const set = Array.from(document.querySelectorAll('fieldset'))"
                                + ".find(f => f.querySelector('legend')?.textContent === legend);"
                                + " const one = set.querySelector('input:checked') ?? set.querySelector('input');"
                                + " return (" + NAME + ")(one); }",
                        group);
        reach(String.valueOf(chosen));
        for (int i = 0; i < MOST_RADIOS; i++) {
            if (((List<?>) tab.page().evaluate(FOCUS)).get(0).equals(label)) {
                tab.key("Space");
                return this;
            }
            tab.key("ArrowDown");
        }
        throw new AssertionError("no choice " + label + " in " + group);
    }

    /** Goes to a page by the letters that lead there. */
    public Keyboard go(char page) {
        AtomicBoolean isLoaded = new AtomicBoolean();
        Consumer<Page> loaded = unused -> isLoaded.set(true);
        tab.page().onDOMContentLoaded(loaded);
        tab.key("g").key(String.valueOf(page));
        tab.page().waitForCondition(isLoaded::get);
        tab.page().offDOMContentLoaded(loaded);
        return this;
    }

    /** Logs in. */
    public Keyboard logIn(String user, String password) {
        tab.go("/login");
        fill("User name", user).fill("Password", password).follow("Log in");
        assertThat(tab.path()).as(tab::text).doesNotStartWith("/login");
        return this;
    }
}
