// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.cli;

import io.anteroom.servlet.ApiKey;
import java.io.PrintWriter;
import java.security.SecureRandom;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes an API key for a caller: prints it once, and the line of the configuration that knows its hash. */
@Command(
        name = "create-key",
        description = {
            "Makes an API key for a caller.",
            "Prints the key, which nobody can find out again, and the line for anteroom.yaml that knows its hash."
        },
        mixinStandardHelpOptions = true)
final class CreateKeyCommand implements Callable<Integer> {
    private static final String NAME = "[A-Za-z0-9][A-Za-z0-9 ._@-]{0,127}";
    private static final String GROUP = "[a-z0-9][a-z0-9._-]{0,63}";

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Parameters(paramLabel = "NAME", description = "How the caller is called.")
    @SuppressWarnings("NullAway.Init")
    private String name;

    @Option(names = "--group", paramLabel = "GROUP", description = "The group whose policy it has.")
    private @Nullable String group;

    @Override
    public Integer call() {
        check("NAME", name, NAME, "1 to 128 letters, digits, blanks and . _ @ -");
        if (group != null) {
            check("--group", group, GROUP, "a name of a-z, 0-9, dot, dash and underscore");
        }
        ApiKey key = ApiKey.create(new SecureRandom());
        PrintWriter out = spec.commandLine().getOut();
        out.println("key: " + key.secret());
        out.println("It is shown only now. The line for anteroom.yaml, under callers:");
        out.println("  - {name: '" + name + "', key-sha256: " + key.sha256() + ", key-prefix: '" + key.prefix() + "'"
                + (group == null ? "" : ", group: " + group) + "}");
        return 0;
    }

    private void check(String what, String value, String pattern, String expected) {
        if (!value.matches(pattern)) {
            String shown = value.length() <= 64 ? value : value.substring(0, 64) + "...";
            throw new ParameterException(spec.commandLine(), what + ": " + shown + " (expected: " + expected + ")");
        }
    }
}
