// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.deque.html.axecore.results.Rule;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Response;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * A browser window of its own, with its own cookies, that notes what must not happen: violations of the content
 * security policy, errors of scripts, dialogs of {@code alert}. Closing it checks that nothing of it has.
 */
public final class Tab implements AutoCloseable {
    /** How pictures begin that are not for the documentation. */
    public static final String UNKEPT = "unkept/";

    /** Sizes that pages are looked at in. */
    public enum Size {
        /** A desk. */
        WIDE(1360, 860),
        /** A phone. */
        NARROW(390, 844);

        private final int width;
        private final int height;

        Size(int width, int height) {
            this.width = width;
            this.height = height;
        }
    }

    private static final String WATCH = "window.addEventListener('securitypolicyviolation',"
            + " e => console.error('CSP ' + e.violatedDirective + ' ' + e.blockedURI + ' ' + e.sourceFile + ' ' + e.sample),"
            + " true)";

    private final String base;
    private final BrowserContext context;
    private final Page page;
    private final List<String> faults = new ArrayList<>();

    private Tab(String base, Browser.NewContextOptions options) {
        this.base = base;
        this.context = Browsers.browser().newContext(options.setReducedMotion(ReducedMotion.REDUCE));
        context.setDefaultTimeout(10_000);
        // The first page of a JVM takes long on a machine that is busy with other builds.
        context.setDefaultNavigationTimeout(30_000);
        context.addInitScript(WATCH);
        this.page = context.newPage();
        watch(page);
    }

    private void watch(Page watched) {
        watched.onConsoleMessage(message -> {
            // A page that is answered with an error is noted as one by the browser, which is no fault of the page.
            if (message.type().equals("error") && !message.text().startsWith("Failed to load resource")) {
                faults.add(watched.url() + ": " + message.text());
            }
        });
        watched.onPageError(error -> faults.add(watched.url() + ": " + error));
        watched.onDialog(dialog -> {
            faults.add(watched.url() + ": dialog " + dialog.message());
            dialog.dismiss();
        });
    }

    /** A window on a desk, in light colours. */
    public static Tab open(String base) {
        return open(base, Size.WIDE, ColorScheme.LIGHT);
    }

    /** A window. */
    public static Tab open(String base, Size size, ColorScheme scheme) {
        return new Tab(
                base,
                new Browser.NewContextOptions()
                        .setViewportSize(size.width, size.height)
                        .setColorScheme(scheme));
    }

    /** A window with cookies that another one has had: {@code tab.context().storageState()}. */
    public static Tab open(String base, Size size, ColorScheme scheme, String storageState) {
        return new Tab(
                base,
                new Browser.NewContextOptions()
                        .setViewportSize(size.width, size.height)
                        .setColorScheme(scheme)
                        .setStorageState(storageState));
    }

    /** A window in which no script runs. */
    public static Tab withoutScripts(String base) {
        return new Tab(
                base,
                new Browser.NewContextOptions()
                        .setViewportSize(Size.WIDE.width, Size.WIDE.height)
                        .setJavaScriptEnabled(false));
    }

    /** Playwright's page. */
    public Page page() {
        return page;
    }

    /** Its cookies and the like. */
    public BrowserContext context() {
        return context;
    }

    /** Goes to a path below the mount, as {@code /users}. */
    public Response go(String path) {
        return Objects.requireNonNull(page.navigate(base + path));
    }

    /** Where it is, below the mount. */
    public String path() {
        return page.url().startsWith(base) ? page.url().substring(base.length()) : page.url();
    }

    /** Fills in the field with that label. */
    public Tab fill(String label, String value) {
        page.getByLabel(label, new Page.GetByLabelOptions().setExact(true)).fill(value);
        return this;
    }

    /** Presses the button with that name, and waits for the page that follows. */
    public void press(String name) {
        AtomicBoolean isLoaded = new AtomicBoolean();
        Consumer<Page> loaded = unused -> isLoaded.set(true);
        page.onDOMContentLoaded(loaded);
        page.locator("main, dialog[open], [popover]:popover-open")
                .getByRole(
                        AriaRole.BUTTON,
                        new Locator.GetByRoleOptions().setName(name).setExact(true))
                .first()
                .click();
        page.waitForCondition(isLoaded::get);
        page.offDOMContentLoaded(loaded);
    }

    /** Logs in. */
    public Tab logIn(String user, String password) {
        go("/login");
        fill("User name", user).fill("Password", password).press("Log in");
        assertThat(path()).as(this::text).doesNotStartWith("/login");
        return this;
    }

    /** Presses a key. */
    public Tab key(String key) {
        page.keyboard().press(key);
        return this;
    }

    /** Types a text where the focus is. */
    public Tab type(String text) {
        page.keyboard().type(text);
        return this;
    }

    /** What has the focus, as its tag, id and text. */
    public String focused() {
        return String.valueOf(page.evaluate("() => { const e = document.activeElement;"
                + " return e.tagName.toLowerCase() + (e.id ? '#' + e.id : '') + ' '"
                + " + (e.getAttribute('aria-label') || e.textContent || e.value || '').trim().slice(0, 60) }"));
    }

    /** The text of the page as people read it. */
    public String text() {
        return page.locator("body").innerText();
    }

    /** Holds the page as it is to axe, and to its width. */
    public Tab check() {
        return accessible(new AxeBuilder(page)).fits();
    }

    /**
     * Holds the page to axe in light and dark, and to its width on a desk and on a phone, without loading it again;
     * keeps pictures of each, if that is asked for.
     */
    public Tab checkLooks(String name) {
        picture(name).check();
        page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.DARK));
        picture(name + "-dark").accessible(new AxeBuilder(page).withRules(List.of("color-contrast")));
        page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.LIGHT));
        page.setViewportSize(Size.NARROW.width, Size.NARROW.height);
        picture(name + "-narrow").fits();
        page.setViewportSize(Size.WIDE.width, Size.WIDE.height);
        return this;
    }

    private Tab accessible(AxeBuilder axe) {
        List<Rule> violations = axe.analyze().getViolations();
        assertThat(violations).as(() -> page.url() + "\n" + told(violations)).isEmpty();
        return this;
    }

    private Tab fits() {
        Object over = page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth ? ''"
                + " : [...document.querySelectorAll('body *')].filter(e => {"
                + " return e.getBoundingClientRect().right > window.innerWidth + 1"
                + " }).slice(0, 5).map(e => e.outerHTML.slice(0, 160)).join('\\n') || 'something'");
        assertThat(String.valueOf(over))
                .as(page.url() + " is wider than the window")
                .isEmpty();
        return this;
    }

    private static String told(List<Rule> violations) {
        StringBuilder told = new StringBuilder();
        violations.forEach(rule -> rule.getNodes()
                .forEach(node -> told.append(rule.getId())
                        .append(": ")
                        .append(node.getHtml())
                        .append('\n')
                        .append(node.getFailureSummary())
                        .append("\n\n")));
        return told.toString();
    }

    /** Keeps a picture for the documentation, if that is asked for. */
    public Tab picture(String name) {
        Pictures.take(page, name);
        return this;
    }

    /** What must not happen and has. */
    public List<String> faults() {
        return List.copyOf(faults);
    }

    @Override
    public void close() {
        context.close();
        assertThat(faults).isEmpty();
    }
}
