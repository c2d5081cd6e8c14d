// SPDX-License-Identifier: Apache-2.0
package io.anteroom.bench.cluster;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Three nodes, each a process. */
final class Fleet implements AutoCloseable {
    static final int NODES = 3;

    private final List<Integer> ports = new ArrayList<>();
    private final Process[] processes = new Process[NODES];
    private final String[] rest;

    /** @param rest the arguments after the ports */
    Fleet(String... rest) throws IOException {
        this.rest = rest;
        List<ServerSocket> sockets = new ArrayList<>();
        for (int i = 0; i < NODES; i++) {
            ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            ports.add(socket.getLocalPort());
            sockets.add(socket);
        }
        for (ServerSocket socket : sockets) {
            socket.close();
        }
        Runtime.getRuntime().addShutdownHook(new Thread(this::close));
    }

    /** Starts a node; {@link #awaitReady} says when it is there. */
    void start(int node) throws IOException {
        List<String> all = ports.stream().map(String::valueOf).toList();
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Djava.util.logging.config.class=" + Quiet.class.getName(),
                "-Danteroom.bench.log=" + System.getProperty("anteroom.bench.log", "OFF"),
                "-cp",
                System.getProperty("java.class.path"),
                ClusterGuest.class.getName(),
                "n" + node,
                all.get(node),
                String.join(",", all)));
        command.addAll(List.of(rest));
        processes[node] = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    void awaitReady(int node) throws IOException {
        String line = output(node).readLine();
        if (!"ready".equals(line)) {
            throw new IOException("node n" + node + " did not start: " + line);
        }
    }

    private BufferedReader output(int node) {
        return processes[node].inputReader(StandardCharsets.UTF_8);
    }

    /** Kills nodes with SIGKILL, all before the first of them can be missed. */
    void kill(int... nodes) throws InterruptedException {
        for (int node : nodes) {
            processes[node].destroyForcibly();
        }
        for (int node : nodes) {
            processes[node].waitFor();
        }
    }

    /** Stops or continues a node. */
    void signal(int node, String signal) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + signal, String.valueOf(processes[node].pid()))
                .inheritIO()
                .start()
                .waitFor();
    }

    /** Has the clients of a node end what they do. */
    void quiet(int node) throws IOException {
        say(node);
    }

    /** Has a node leave in good order. */
    void leave(int node) throws IOException, InterruptedException {
        say(node);
        processes[node].waitFor();
    }

    private void say(int node) throws IOException {
        Writer input = processes[node].outputWriter(StandardCharsets.UTF_8);
        input.write("stop\n");
        input.flush();
    }

    /** What a node has counted: offered, lost, told twice, refused, running, waiting. */
    long[] counted(int node) throws IOException {
        String line = output(node).readLine();
        if (line == null || !line.startsWith("counted ")) {
            throw new IOException("node n" + node + " counted nothing: " + line);
        }
        String[] words = line.split(" ");
        long[] counts = new long[words.length - 1];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = Long.parseLong(words[i + 1]);
        }
        return counts;
    }

    @Override
    public void close() {
        for (Process process : processes) {
            if (process != null) {
                process.destroyForcibly();
            }
        }
    }
}
