// SPDX-License-Identifier: Apache-2.0
package io.anteroom.rate;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who asks for what, as far as limits tell apart.
 *
 * @param key the caller's flow
 * @param ip its address, or network
 * @param model the model asked for; empty if none is named, cut if it is longer than a model's name can be
 * @param pool the pool
 */
public record Subject(String key, String ip, String model, String pool) {
    private static final int MAX_MODEL = 128;
    /** Stands in no name. */
    private static final char APART = '\0';

    /** Cuts the model, which a client writes as it likes. */
    public Subject {
        model = model.length() <= MAX_MODEL ? model : model.substring(0, MAX_MODEL);
    }

    /** A subject whose request may name no model. */
    public static Subject of(String key, String ip, @Nullable String model, String pool) {
        return new Subject(key, ip, model == null ? "" : model, pool);
    }

    /** The name of what {@code by} counts apart. */
    String in(Set<Scope> by) {
        if (by.size() == 1) {
            return in(by.iterator().next());
        }
        StringBuilder name = new StringBuilder();
        for (Scope scope : Scope.values()) {
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
