// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.function.Function;

/**
 * Stands in for an interface of many methods of which a test needs few: methods by name, from what is handed in; the
 * others answer null, 0 or false.
 */
final class Fakes {
    private Fakes() {}

    static <T> T of(Class<T> type, Map<String, Function<Object[], Object>> methods) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, given) -> {
            Object[] arguments = given == null ? new Object[0] : given;
            Function<Object[], Object> answer = methods.get(method.getName());
            if (answer != null) {
                return answer.apply(arguments);
            }
            return method.getDeclaringClass() == Object.class ? ofObject(self, method, arguments) : nothing(method);
        }));
    }

    private static Object ofObject(Object self, Method method, Object[] arguments) {
        return switch (method.getName()) {
            case "equals" -> self == arguments[0];
            case "hashCode" -> System.identityHashCode(self);
            default -> "fake";
        };
    }

    private static Object nothing(Method method) {
        Class<?> type = method.getReturnType();
        if (type == boolean.class) {
            return false;
        }
        if (type == int.class) {
            return 0;
        }
        return type == long.class ? (Object) 0L : null;
    }
}
