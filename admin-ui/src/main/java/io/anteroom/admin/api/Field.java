// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.api;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** What a member of a body means and which values it takes; checked on the way in, told in the OpenAPI document. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Field {
    /** What it means. */
    String value() default "";

    /** The least number, the fewest characters or items. */
    long min() default 0;

    /** The greatest number, the most characters or items. */
    long max() default Long.MAX_VALUE;

    /** What a text looks like, anchored; empty for any. */
    String pattern() default "";

    /** The format of JSON Schema; empty for none. */
    String format() default "";

    /** The only values that a text takes; empty for any. */
    String[] oneOf() default {};
}
