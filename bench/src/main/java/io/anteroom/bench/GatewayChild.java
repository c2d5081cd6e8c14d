// SPDX-License-Identifier: Apache-2.0
package io.anteroom.bench;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The gateway's jar in a process of its own: as the gateway, or as a simulated model server. */
final class GatewayChild implements AutoCloseable {
    private static final Pattern ADDRESS = Pattern.compile("http://127\\.0\\.0\\.1:(\\d+)");
    private static final long PATIENCE_SECONDS = 30;

    private final Process process;
    private final int port;

    private GatewayChild(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** A gateway with this configuration. */
    static GatewayChild gateway(String yaml) throws IOException {
        Path config = Files.createTempFile("anteroom-bench", ".yaml");
        config.toFile().deleteOnExit();
        Files.writeString(config, yaml);
        return start(List.of("serve", "--config", config.toString()), "listening at");
    }

    /** A model server with so many slots. */
    static GatewayChild model(int port, int slots) throws IOException {
        return start(List.of("model", "--port", Integer.toString(port), "--slots", Integer.toString(slots)), "http://");
    }

    private static GatewayChild start(List<String> arguments, String ready) throws IOException {
        String jar = System.getProperty("anteroom.jar");
        if (jar == null) {
            throw new IllegalStateException("anteroom.jar: missing (expected: -Danteroom.jar=...)");
        }
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m", "-jar", jar));
        command.addAll(arguments);
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        StringBuilder said = new StringBuilder();
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            said.append(line).append('\n');
            Matcher address = ADDRESS.matcher(line);
            if (line.contains(ready) && address.find()) {
                drain(out);
                return new GatewayChild(process, Integer.parseInt(address.group(1)));
            }
        }
        throw new IOException("did not start: " + said);
    }

    /** Nobody reads what it says from now on, and it must not be held up by that. */
    private static void drain(BufferedReader out) {
        Thread thread = new Thread(
                () -> {
                    try {
                        while (out.readLine() != null) {
                            // Nothing of it is wanted.
                        }
                    } catch (IOException e) {
                        // It has ended.
                    }
                },
                "drain");
        thread.setDaemon(true);
        thread.start();
    }

    int port() {
        return port;
    }

    long pid() {
        return process.pid();
    }

    /** Ends it as a crash does. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
