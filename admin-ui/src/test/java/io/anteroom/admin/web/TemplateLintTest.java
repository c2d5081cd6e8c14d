// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What no template may hold, and what every form must. */
final class TemplateLintTest {
    private static final Map<String, Pattern> FORBIDDEN = Map.of(
            "unescaped text", Pattern.compile("th:utext|\\[\\("),
            "inlined expressions", Pattern.compile("\\[\\["),
            "preprocessed expressions", Pattern.compile("__\\$\\{|__\\*\\{|__#\\{"),
            "handlers", Pattern.compile("(?i)\\s(th:)?on[a-z]+\\s*=|th:attr(append|prepend)?=\"[^\"]*\\bon[a-z]+="),
            "styles", Pattern.compile("(?i)\\s(th:)?style(append)?\\s*=|<style|th:attr=\"[^\"]*\\bstyle="),
            "inline scripts",
                    Pattern.compile("(?i)<script(?![^>]*\\sth:src=)|javascript:|<iframe|<object|<embed|<base\\b"),
            "addresses that are not relative", Pattern.compile("\\s(href|src|action)=\"(/|https?:)|@\\{/?/"),
            "requests, beans and classes", Pattern.compile("#request|#session|#ctx|T\\(|param\\.|@bean"),
            "scripts that run texts", Pattern.compile("hx-on|hx-vals=\"js|hx-vars|hx-headers=\"js"));

    private static Stream<Path> templates() {
        try {
            Path root = Path.of("src/main/resources/io/anteroom/admin/web/templates");
            try (Stream<Path> files = Files.walk(root)) {
                return files.filter(file -> file.toString().endsWith(".html")).toList().stream();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> problems(String name, String text) {
        List<String> problems = new ArrayList<>();
        FORBIDDEN.forEach((what, pattern) -> {
            // The one address that looks absolute and is not: of our own link builder.
            String checked = what.startsWith("addresses") ? text.replaceAll("@\\{/(?!/)", "@{") : text;
            if (pattern.matcher(checked).find()) {
                problems.add(name + ": " + what);
            }
        });
        int forms = text.split("<form[^>]*method=\"post\"", -1).length - 1;
        int tokens = text.split("parts/form :: csrf", -1).length - 1;
        boolean isBeforeLogIn = name.endsWith("login.html") || name.endsWith("setup.html");
        if (forms != tokens && !isBeforeLogIn) {
            problems.add(name + ": " + forms + " forms with " + tokens + " tokens");
        }
        return problems;
    }

    @Test
    void templates_all_holdNothingForbidden() {
        List<String> problems = new ArrayList<>();
        templates().forEach(file -> problems.addAll(problems(file.toString(), read(file))));

        assertThat(templates()).isNotEmpty();
        assertThat(problems).isEmpty();
    }

    @Test
    void templates_all_beginWithTheDocumentType() {
        assertThat(templates()
                        .filter(file -> !file.getParent().endsWith("parts"))
                        .filter(file -> !read(file).startsWith("<!DOCTYPE html>\n")))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<p th:utext=\"${m.name}\">",
                "<p>[(${m.name})]</p>",
                "<p>[[${m.name}]]</p>",
                "<p th:text=\"__${m.name}__\">",
                "<a onclick=\"x()\">",
                "<a th:onclick=\"x\">",
                "<p style=\"color: red\">",
                "<p th:attr=\"style=${x}\">",
                "<script>x()</script>",
                "<script src=\"https://cdn.example/x.js\"></script>",
                "<a href=\"/users\">",
                "<a th:href=\"@{//evil}\">",
                "<form method=\"post\" th:action=\"@{/users}\"></form>",
                "<p th:text=\"${T(java.lang.Runtime)}\">"
            })
    void problems_forbidden_areFound(String template) {
        assertThat(problems("x.html", template)).isNotEmpty();
    }
}
