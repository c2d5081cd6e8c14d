// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import jakarta.servlet.Registration;
import jakarta.servlet.ServletContext;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Names the filters and servlets that are registered without asynchronous support. The Servlet API does not tell, so
 * this looks behind the registrations of Jetty 12 and Tomcat 10 and 11; others are not seen.
 */
public final class AsyncSupport {
    private AsyncSupport() {}

    /** The names, filters first; empty if there are none, or if none can be seen. */
    public static List<String> without(ServletContext context) {
        List<String> names = new ArrayList<>();
        collect("filter", context.getFilterRegistrations(), names);
        collect("servlet", context.getServletRegistrations(), names);
        return names;
    }

    private static void collect(String kind, Map<String, ? extends Registration> registrations, List<String> names) {
        registrations.forEach((name, registration) -> {
            boolean isContainers = name.equals("default") || name.equals("jsp");
            if (!isContainers && Boolean.FALSE.equals(isSupported(registration))) {
                names.add(kind + " '" + name + "'");
            }
        });
    }

    /** Null where it cannot be seen. */
    private static @Nullable Boolean isSupported(Registration registration) {
        for (String field : new String[] {"this$0", "wrapper", "filterDef"}) {
            Object holder = field(registration, field);
            if (holder != null) {
                return flag(holder);
            }
        }
        return null;
    }

    private static @Nullable Boolean flag(Object holder) {
        for (String getter : new String[] {"isAsyncSupported", "getAsyncSupportedBoolean", "getAsyncSupported"}) {
            try {
                Method method = holder.getClass().getMethod(getter);
                return Boolean.valueOf(String.valueOf(method.invoke(holder)));
            } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException e) {
                Log.debug("no " + getter + " on " + holder.getClass().getName(), null);
            }
        }
        return null;
    }

    private static @Nullable Object field(Object owner, String name) {
        for (Class<?> type = owner.getClass(); type != null; type = type.getSuperclass()) {
            try {
                Field field = type.getDeclaredField(name);
                field.setAccessible(true);
                return field.get(owner);
            } catch (NoSuchFieldException | IllegalAccessException | RuntimeException e) {
                Log.debug("no " + name + " on " + type.getName(), null);
            }
        }
        return null;
    }
}
