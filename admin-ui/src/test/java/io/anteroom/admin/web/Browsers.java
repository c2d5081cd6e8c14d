// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The one browser of a test run, started when the first test needs it. Playwright belongs to one thread, as do the
 * tests that use it. Where there is no browser, the tests fail and say how to get one.
 */
public final class Browsers {
    private static final List<String> NAMES =
            List.of("chromium", "chromium-headless-shell", "google-chrome", "google-chrome-stable", "chromium-browser");

    private static Browser browser;

    private Browsers() {}

    /** The browser. */
    public static synchronized Browser browser() {
        if (browser == null) {
            Path executable = find();
            // Nothing is downloaded: the browser is the machine's.
            Playwright playwright = Playwright.create(
                    new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
            boolean isRoot = "root".equals(System.getProperty("user.name"));
            browser = playwright
                    .chromium()
                    .launch(new BrowserType.LaunchOptions()
                            .setExecutablePath(executable)
                            .setChromiumSandbox(!isRoot)
                            .setArgs(List.of("--disable-dev-shm-usage", "--force-color-profile=srgb")));
            Runtime.getRuntime().addShutdownHook(new Thread(playwright::close));
        }
        return browser;
    }

    private static Path find() {
        String told = System.getenv("CHROMIUM");
        if (told != null && !told.isBlank()) {
            return Path.of(told);
        }
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
        return NAMES.stream()
                .flatMap(name -> Stream.of(path.split(File.pathSeparator)).map(directory -> Path.of(directory, name)))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(missing()));
    }

    static String missing() {
        return "The tests of the pages need Chromium, and there is none here. Get it by\n"
                + "    sudo apt-get install -y --no-install-recommends chromium-headless-shell\n"
                + "or any package of " + String.join(", ", NAMES) + ", or say where it is: CHROMIUM=/path/to/chromium";
    }
}
