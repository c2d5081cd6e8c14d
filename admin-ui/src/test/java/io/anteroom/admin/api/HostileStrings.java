// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.api;

import java.util.List;

/** Texts that break what handles texts carelessly. */
final class HostileStrings {
    static final List<String> ALL = List.of(
            "",
            " ",
            "=HYPERLINK(\"http://127.0.0.1\")",
            "+1+1",
            "-2+3",
            "@SUM(1)",
            "\t=1+1",
            " =1+1",
            "\uFF1D1+1",
            "%0d%0aSet-Cookie: a=b",
            "a\r\nSet-Cookie: a=b",
            "a\n2026-11-21T00:00:00Z root-admin did this",
            "a\u2028b\u2029c",
            "a\u0085b",
            "a\u202Etxt.exe",
            "a\u200Bb\uFEFF",
            "a\0b",
            "a\u001B[31mred\u0007",
            "half \uD800",
            "\uDC00 half",
            "x".repeat(116) + "\uD83D\uDE00".repeat(40),
            "<script>alert(1)</script>",
            "\" onmouseover=\"alert(1)",
            "'; DROP TABLE audit; --",
            "${jndi:ldap://127.0.0.1/a}",
            "#{7*7}${7*7}",
            "../../etc/passwd",
            "\\\\host\\share",
            "\"}],\"x\":{\"",
            "null",
            "NaN",
            "Z\u0351\u036B\u0343\u036A\u0302a\u0334\u0353",
            "\uD83D\uDC69\u200D\uD83D\uDCBB",
            "\u0130\u0131\u00DF\uFB01",
            "x".repeat(10_000));

    private HostileStrings() {}
}
