// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.config;

import java.util.List;
import java.util.Map;

/** A piece of a YAML document that remembers its line. */
sealed interface YamlNode {
    /** The line, from 1. */
    int line();

    /** How it reads in a message. */
    String shown();

    /** A key without a value. */
    record Nothing(int line) implements YamlNode {
        @Override
        public String shown() {
            return "nothing";
        }
    }

    /** A number, a word, a text. */
    record Scalar(int line, String text) implements YamlNode {
        @Override
        public String shown() {
            return text.isEmpty() ? "\"\"" : text;
        }
    }

    /** Values by key, in the order of the file. */
    record Mapping(int line, Map<String, YamlNode> entries) implements YamlNode {
        @Override
        public String shown() {
            return "a block";
        }
    }

    /** A list. */
    record Sequence(int line, List<YamlNode> items) implements YamlNode {
        @Override
        public String shown() {
            return "a list";
        }
    }
}
