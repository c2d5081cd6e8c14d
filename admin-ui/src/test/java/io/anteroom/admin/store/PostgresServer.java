// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.store;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A PostgreSQL of the machine, started for a test in a directory of its own, on loopback only. */
public final class PostgresServer {
    /** What to say where there is none. */
    public static final String INSTALL =
            "PostgreSQL is not installed: its tests did not run (Debian, Ubuntu: apt-get install postgresql; it need not"
                    + " be started; elsewhere put initdb and postgres on the PATH)";

    private static final Path DEBIAN = Path.of("/usr/lib/postgresql");
    private static final long START_WITHIN_SECONDS = 60;

    private final Path programs;
    private final Path directory;
    private final Path log;
    private final int port;

    private PostgresServer(Path programs, Path directory, int port) {
        this.programs = programs;
        this.directory = directory;
        this.log = directory.resolve("log");
        this.port = port;
    }

    /** A started server, or empty if the machine has none. */
    public static Optional<PostgresServer> find() throws IOException, InterruptedException {
        Optional<Path> programs = programs();
        if (programs.isEmpty()) {
            return Optional.empty();
        }
        Path directory = Files.createTempDirectory("anteroom-postgres");
        PostgresServer server = new PostgresServer(programs.get(), directory, freePort());
        server.create();
        return Optional.of(server);
    }

    private static Optional<Path> programs() throws IOException {
        List<Path> places = new ArrayList<>();
        for (String place : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
            places.add(Path.of(place));
        }
        if (Files.isDirectory(DEBIAN)) {
            try (Stream<Path> versions = Files.list(DEBIAN)) {
                versions.map(version -> version.resolve("bin")).forEach(places::add);
            }
        }
        for (Path place : places) {
            if (Files.isExecutable(place.resolve("initdb"))) {
                // Links on the PATH lead to a directory that has the rest as well.
                Path real = place.resolve("initdb").toRealPath().getParent();
                if (Files.isExecutable(real.resolve("pg_ctl"))) {
                    return Optional.of(real);
                }
            }
        }
        return Optional.empty();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void create() throws IOException, InterruptedException {
        if (isRoot()) {
            // PostgreSQL refuses to run as root.
            run(List.of("chown", "postgres", directory.toString()));
        }
        String data = directory.resolve("data").toString();
        asServer("initdb", "-D", data, "-U", "anteroom", "--auth=trust", "--encoding=UTF8", "--no-locale", "-N");
        start(data);
    }

    /** Starts it again after a {@link #stop}. */
    void startAgain() throws IOException, InterruptedException {
        start(directory.resolve("data").toString());
    }

    private void start(String data) throws IOException, InterruptedException {
        String options = "-c listen_addresses=127.0.0.1 -c unix_socket_directories= -c port=" + port;
        asServer("pg_ctl", "-D", data, "-l", log.toString(), "-o", options, "-w", "start");
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    private void asServer(String program, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        if (isRoot()) {
            command.addAll(List.of("runuser", "-u", "postgres", "--"));
        }
        command.add(programs.resolve(program).toString());
        command.addAll(List.of(arguments));
        run(command);
    }

    private void run(List<String> command) throws IOException, InterruptedException {
        File output = Files.createTempFile("anteroom-postgres", ".out").toFile();
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output)
                .start();
        if (!process.waitFor(START_WITHIN_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IOException(command + " failed: " + Files.readString(output.toPath()));
        }
        Files.delete(output.toPath());
    }

    /** A database of its own for a test. */
    public Database database(String name) throws Exception {
        try (var connection = DriverManager.getConnection(url("postgres"), "anteroom", "");
                var statement = connection.createStatement()) {
            statement.execute("create database " + name);
        }
        return Database.at(url(name), "anteroom", "");
    }

    private String url(String name) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + name;
    }

    /** Stops it at once, as a crash would. */
    void stop() throws IOException, InterruptedException {
        asServer("pg_ctl", "-D", directory.resolve("data").toString(), "-m", "immediate", "-w", "stop");
    }

    /** Stops it and removes its files. */
    public void close() throws IOException, InterruptedException {
        try {
            stop();
        } finally {
            run(List.of("rm", "-rf", directory.resolve("data").toString(), log.toString()));
            Files.deleteIfExists(directory);
        }
    }
}
