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

    private final List<String> addresses = new ArrayList<>();
    private final List<List<String>> before = new ArrayList<>();
    private final Process[] processes = new Process[NODES];
    private final String[] rest;
    private Class<?> guest = ClusterGuest.class;
    private String classPath = System.getProperty("java.class.path");
    private List<String> options = List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

    /** @param rest the arguments after the addresses */
    Fleet(String... rest) throws IOException {
        this.rest = rest;
        List<ServerSocket> sockets = new ArrayList<>();
        for (int i = 0; i < NODES; i++) {
            ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            addresses.add("127.0.0.1:" + socket.getLocalPort());
            before.add(List.of());
            sockets.add(socket);
        }
        for (ServerSocket socket : sockets) {
            socket.close();
        }
        Runtime.getRuntime().addShutdownHook(new Thread(this::close));
    }

    /**
     * Nodes in network namespaces of their own.
     *
     * @param namespaces their names
     * @param addresses where each node listens, with its port
     * @param rest the arguments after the addresses
     */
    Fleet(List<String> namespaces, List<String> addresses, String... rest) {
        this.rest = rest;
        this.addresses.addAll(addresses);
        namespaces.forEach(namespace -> before.add(List.of("ip", "netns", "exec", namespace)));
        Runtime.getRuntime().addShutdownHook(new Thread(this::close));
    }

    /** What nodes run that are started from now on. */
    Fleet of(Class<?> main) {
        guest = main;
        return this;
    }

    /** The options of the JVMs of nodes that are started from now on. */
    Fleet with(String... java) {
        options = List.of(java);
        return this;
    }

    /** From what nodes run that are started from now on. */
    void from(String path) {
        classPath = path;
    }

    /** Starts a node; {@link #awaitReady} says when it is there. */
    void start(int node) throws IOException {
        List<String> command = new ArrayList<>(before.get(node));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of(
                "-Djava.util.logging.config.class=" + Quiet.class.getName(),
                "-Danteroom.bench.log=" + System.getProperty("anteroom.bench.log", "OFF"),
                "-cp",
                classPath,
                guest.getName(),
                "n" + node,
                addresses.get(node),
                String.join(",", addresses)));
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
        say(node, "stop");
    }

    /** Says something to a node. */
    void say(int node, String line) throws IOException {
        Writer input = processes[node].outputWriter(StandardCharsets.UTF_8);
        input.write(line + "\n");
        input.flush();
    }

    /** Ends a node with SIGTERM, and gives what it has counted: offered, lost, told twice, refused. */
    long[] terminate(int node) throws IOException, InterruptedException {
        signal(node, "TERM");
        long[] counts = numbers(node, "left ");
        processes[node].waitFor();
        return counts;
    }

    /** The node that is this to the state, or -1 while there is none. */
    int find(Role role) throws IOException {
        for (int node = 0; node < NODES; node++) {
            say(node, "role");
            if (numbers(node, "role ")[0] == role.ordinal()) {
                return node;
            }
        }
        return -1;
    }

    /** How many nodes a node sees, and how often it has come back after a cut. */
    long[] seen(int node) throws IOException {
        say(node, "nodes");
        return numbers(node, "nodes ");
    }

    /** What a node has counted: offered, lost, told twice, refused, running, waiting. */
    long[] counted(int node) throws IOException {
        return numbers(node, "counted ");
    }

    /** The numbers in a line that a node says, which begins so. */
    long[] numbers(int node, String begin) throws IOException {
        String line = output(node).readLine();
        if (line == null || !line.startsWith(begin)) {
            throw new IOException("node n" + node + " was to say '" + begin + "', not: " + line);
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
