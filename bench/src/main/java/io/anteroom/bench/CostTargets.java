// SPDX-License-Identifier: Apache-2.0
package io.anteroom.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A backend, and the proxies before it: the gateway, nginx and HAProxy, each a process of its own. */
final class CostTargets implements AutoCloseable {
    static final String DIRECT = "direct";
    static final String GATEWAY = "anteroom";
    static final List<String> PROXIES = List.of(GATEWAY, "nginx", "haproxy");
    /** Of the clock by which Linux tells what a process has used. */
    private static final long NANOS_PER_TICK = 10_000_000;

    private final Map<String, Integer> ports = new LinkedHashMap<>();
    private final Map<String, Long> processes = new LinkedHashMap<>();
    private final List<AutoCloseable> running = new ArrayList<>();

    /** Starts all of them. */
    static CostTargets start(Path work) throws IOException {
        CostTargets targets = new CostTargets();
        try {
            Child backend = Child.start(CostBackend.class);
            targets.running.add(backend);
            int port = Integer.parseInt(backend.readLine());
            targets.ports.put(DIRECT, port);
            GatewayChild gateway = GatewayChild.gateway(config(port));
            targets.running.add(gateway);
            targets.ports.put(GATEWAY, gateway.port());
            targets.processes.put(GATEWAY, gateway.pid());
            targets.other("nginx", nginx(work, port), "nginx", "-p", work.toString(), "-c");
            targets.other("haproxy", haproxy(work, port), "haproxy", "-db", "-f");
            return targets;
        } catch (IOException | RuntimeException e) {
            targets.close();
            throw e;
        }
    }

    /** The backend itself, and then the proxies. */
    List<String> names() {
        return List.copyOf(ports.keySet());
    }

    int port(String name) {
        return Objects.requireNonNull(ports.get(name), name);
    }

    /** The processor time that a proxy has used so far, in nanoseconds; 0 for the backend, which is in all figures. */
    long usedNanos(String name) {
        Long process = processes.get(name);
        if (process == null) {
            return 0;
        }
        try {
            String stat = Files.readString(Path.of("/proc/" + process + "/stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * NANOS_PER_TICK;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String config(int port) {
        return """
                listen: {port: 0}
                admin: {enabled: false}
                storage: {dir: 'off'}
                log: {access: false, level: error}
                upstream: {url: 'http://127.0.0.1:%d'}
                pools: {llm: {slots: 1000}}
                routes: [{path: '/*', pool: llm}]
                """.formatted(port);
    }

    private static int freePort() throws IOException {
        try (java.net.ServerSocket free = new java.net.ServerSocket(0)) {
            return free.getLocalPort();
        }
    }

    private record Other(Path config, int port) {}

    private static Other nginx(Path work, int backend) throws IOException {
        int port = freePort();
        Path file = work.resolve("nginx.conf");
        Files.writeString(file, """
                daemon off; master_process off; pid nginx.pid; error_log stderr crit;
                events { worker_connections 1024; }
                http {
                  access_log off; client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3;
                  uwsgi_temp_path t4; scgi_temp_path t5; keepalive_requests 1000000;
                  upstream b { server 127.0.0.1:%d; keepalive 64; keepalive_requests 1000000; }
                  server { listen 127.0.0.1:%d; location / { proxy_pass http://b; proxy_http_version 1.1;
                    proxy_set_header Connection ""; proxy_buffering off; } }
                }
                """.formatted(backend, port));
        return new Other(file, port);
    }

    private static Other haproxy(Path work, int backend) throws IOException {
        int port = freePort();
        Path file = work.resolve("haproxy.cfg");
        Files.writeString(file, """
                defaults
                  mode http
                  timeout connect 5s
                  timeout client 60s
                  timeout server 60s
                  http-reuse always
                frontend f
                  bind 127.0.0.1:%d
                  default_backend b
                backend b
                  server s 127.0.0.1:%d
                """.formatted(port, backend));
        return new Other(file, port);
    }

    private void other(String name, Other other, String... command) throws IOException {
        List<String> whole = new ArrayList<>(List.of(command));
        whole.add(other.config().toString());
        Process process = new ProcessBuilder(whole)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
        running.add(process::destroy);
        ports.put(name, other.port());
        processes.put(name, process.pid());
    }

    @Override
    public void close() {
        for (AutoCloseable one : running) {
            try {
                one.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
