// SPDX-License-Identifier: Apache-2.0
package io.anteroom.rate;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who asks for what, as far as limits tell apart.
 *
 * @param key the caller's flow
 * @param ip its address, or network
 * @param model the model asked for, as {@link ModelName#canonical} spells it; empty if none is named, cut if it is
 *     longer than a model's name can be
 * @param pool the pool
 */
public record Subject(String key, String ip, String model, String pool) {
    private static final int MAX_MODEL = 128;
    private static final Scope[] SCOPES = Scope.values();
    /** Stands in no name. */
    private static final char APART = '\0';

    /** Has one spelling of the model, which a client writes as it likes, and cuts it. */
    public Subject {
        model = ModelName.canonical(model);
        model = model.length() <= MAX_MODEL ? model : model.substring(0, MAX_MODEL);
    }

    /** A subject whose request may name no model. */
    public static Subject of(String key, String ip, @Nullable String model, String pool) {
        return new Subject(key, ip, model == null ? "" : model, pool);
    }

    /** The name of what {@code by} counts apart. */
    String in(Set<Scope> by) {
        return by.size() == 1 ? inOne(by) : inAll(by);
    }

    private String inOne(Set<Scope> by) {
        for (Scope scope : SCOPES) {
            if (by.contains(scope)) {
                return in(scope);
            }
        }
        throw new IllegalStateException("a scope of no kind");
    }

    private String inAll(Set<Scope> by) {
        StringBuilder name = new StringBuilder();
        for (Scope scope : SCOPES) {
            if (by.contains(scope)) {
                name.append(in(scope)).append(APART);
            }
        }
        return name.toString();
    }

    private String in(Scope scope) {
        return switch (scope) {
            case KEY -> key;
            case IP -> ip;
            case MODEL -> model;
            case POOL -> pool;
        };
    }
}
