// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web;

import java.io.StringWriter;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.thymeleaf.TemplateEngine;
import org.thymeleaf.context.Context;
import org.thymeleaf.templatemode.TemplateMode;
import org.thymeleaf.templateresolver.ClassLoaderTemplateResolver;

/** Renders templates from the class path, each parsed once. Safe from any thread. */
final class Templates {
    private static final String PREFIX = "io/anteroom/admin/web/templates/";

    private final TemplateEngine engine = new TemplateEngine();

    Templates() {
        ClassLoaderTemplateResolver resolver = new ClassLoaderTemplateResolver(Templates.class.getClassLoader());
        resolver.setPrefix(PREFIX);
        resolver.setSuffix(".html");
        resolver.setTemplateMode(TemplateMode.HTML);
        resolver.setCharacterEncoding("UTF-8");
        resolver.setCacheable(true);
        engine.setTemplateResolver(resolver);
        engine.setLinkBuilder(new RelativeLinks());
    }

    /**
     * A template with its values in place.
     *
     * @param fragment the only part that is wanted, or null for all of it
     */
    String render(String template, @Nullable String fragment, Map<String, Object> variables) {
        StringWriter out = new StringWriter(16 << 10);
        Context context = new Context(Locale.UK, variables);
        engine.process(template, fragment == null ? null : Set.of(fragment), context, out);
        return out.toString();
    }
}
