// SPDX-License-Identifier: Apache-2.0
package io.anteroom.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A JVM of its own that runs one of the mains of this jar. */
final class Child implements AutoCloseable {
    private final Process process;
    private final BufferedReader output;

    private Child(Process process) {
        this.process = process;
        this.output = process.inputReader(StandardCharsets.UTF_8);
    }

    static Child start(Class<?> main, String... args) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx1g");
        // The same collector as here: the script chooses it.
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> option.startsWith("-XX:"))
                .forEach(command::add);
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(main.getName());
        command.addAll(List.of(args));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
        return new Child(process);
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** The next line that it prints. */
    String readLine() throws IOException {
        String line = output.readLine();
        if (line == null) {
            throw new IOException("the child process ended early");
        }
        return line;
    }

    /** The next line that it prints, or null if it has ended. */
    @Nullable String readLineOrNull() throws IOException {
        return output.readLine();
    }

    /** Ends it at once, wherever it is; what it has printed can still be read. */
    void kill() {
        // By its handle, as ending it by itself takes away what it has printed.
        boolean unused = process.toHandle().destroyForcibly();
    }

    @Override
    public void close() {
        process.destroy();
    }
}
