// SPDX-License-Identifier: Apache-2.0
package io.anteroom.bench;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a streaming proxy costs: this gateway, nginx and HAProxy, beside the backend itself, in alternating rounds. */
final class ProxyCost {
    private static final int CLIENTS = 4;
    private static final int WARM_UP = 10_000;
    private static final double MOST_ADDED_MILLIS = 2;
    private static final double LEAST_RATIO = 0.9;

    private final Map<String, Integer> ports = new LinkedHashMap<>();
    private final Map<String, List<Double>> added = new LinkedHashMap<>();
    private final Map<String, List<Double>> ratios = new LinkedHashMap<>();

    private ProxyCost() {}

    /** Prints the figures; exit status 1 if one of the gateway's falls short. Takes a directory to work in. */
    public static void main(String[] args) throws Exception {
        boolean quick = List.of(args).contains("--quick");
        Path work = Path.of(args[0]);
        ProxyCost cost = new ProxyCost();
        List<Process> others = new ArrayList<>();
        try (Child backend = Child.start(CostBackend.class)) {
            int port = Integer.parseInt(backend.readLine());
            cost.ports.put("direct", port);
            try (GatewayChild gateway = GatewayChild.gateway(config(port))) {
                cost.ports.put("anteroom", gateway.port());
                others.add(cost.other("nginx", nginx(work, port), "nginx", "-p", work.toString(), "-c"));
                others.add(cost.other("haproxy", haproxy(work, port), "haproxy", "-db", "-f"));
                System.exit(cost.run(quick) ? 0 : 1);
            }
        } finally {
            others.forEach(Process::destroy);
        }
    }

    private static String config(int port) {
        return """
                listen: {port: 0}
                admin: {enabled: false}
                storage: {dir: 'off'}
                log: {access: false, level: error}
                upstream: {url: 'http://127.0.0.1:%d'}
                pools: {llm: {slots: 100}}
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

    private Process other(String name, Other other, String... command) throws IOException {
        List<String> whole = new ArrayList<>(List.of(command));
        whole.add(other.config().toString());
        Process process = new ProcessBuilder(whole)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
        ports.put(name, other.port());
        return process;
    }

    private boolean run(boolean quick) throws Exception {
        int rounds = quick ? 5 : 15;
        int requests = quick ? 500 : 2000;
        int megabytes = quick ? 8 : 32;
        System.out.println("ports: " + ports);
        for (String name : ports.keySet()) {
            added.put(name, new ArrayList<>());
            ratios.put(name, new ArrayList<>());
            firstBytes(name, WARM_UP); // So that everything is loaded and compiled.
            megabytesPerSecond(name, 4 * megabytes);
        }
        for (int round = 0; round < rounds; round++) {
            Map<String, Double> p99 = new LinkedHashMap<>();
            Map<String, Double> rate = new LinkedHashMap<>();
            List<String> names = new ArrayList<>(ports.keySet());
            java.util.Collections.rotate(names, round);
            for (String name : names) {
                p99.put(name, firstBytes(name, requests));
            }
            for (String name : names) {
                rate.put(name, megabytesPerSecond(name, megabytes));
            }
            note(p99, rate);
        }
        return judge();
    }

    private void note(Map<String, Double> p99, Map<String, Double> rate) {
        StringBuilder line = new StringBuilder("  ");
        for (String name : ports.keySet()) {
            of(added, name).add(of(p99, name) - of(p99, "direct"));
            of(ratios, name).add(of(rate, name) / of(rate, "direct"));
            line.append(String.format(Locale.ROOT, "%s p99 %.2f ms, %.0f MB/s; ", name, of(p99, name), of(rate, name)));
        }
        System.out.println(line);
    }

    private boolean judge() {
        double own = median(of(added, "anteroom"));
        double ratio = median(of(ratios, "anteroom"));
        boolean holds = own < MOST_ADDED_MILLIS && ratio >= LEAST_RATIO;
        System.out.printf(
                Locale.ROOT,
                "proxy-cost: first byte p99 %+.2f ms (under %.0f; nginx %+.2f, HAProxy %+.2f); long streams %.2f of direct "
                        + "(at least %.1f; nginx %.2f, HAProxy %.2f): %s%n",
                own,
                MOST_ADDED_MILLIS,
                median(of(added, "nginx")),
                median(of(added, "haproxy")),
                ratio,
                LEAST_RATIO,
                median(of(ratios, "nginx")),
                median(of(ratios, "haproxy")),
                holds ? "holds" : "falls short");
        return holds;
    }

    private static double median(List<Double> values) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }

    /** The 99th percentile of the time to the first byte of a body, in milliseconds. */
    private double firstBytes(String name, int requests) throws Exception {
        int port = of(ports, name);
        List<long[]> all = together(() -> {
            long[] nanos = new long[requests / CLIENTS];
            try (Client client = new Client(port)) {
                for (int i = 0; i < nanos.length; i++) {
                    nanos[i] = client.firstByte("/first");
                }
            }
            return nanos;
        });
        long[] sorted = all.stream().flatMapToLong(Arrays::stream).sorted().toArray();
        return sorted[(int) (sorted.length * 0.99)] / 1e6;
    }

    /** What all clients together get of streams that are as fast as they can be. */
    private double megabytesPerSecond(String name, int megabytes) throws Exception {
        int port = of(ports, name);
        long start = System.nanoTime();
        List<Long> bytes = together(() -> {
            try (Client client = new Client(port)) {
                return client.whole("/long/" + megabytes);
            }
        });
        double seconds = (System.nanoTime() - start) / 1e9;
        return bytes.stream().mapToLong(Long::longValue).sum() / 1e6 / seconds;
    }

    private static <T> List<T> together(Callable<T> client) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
        try {
            List<Future<T>> running = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                running.add(threads.submit(client));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> one : running) {
                results.add(one.get(60, TimeUnit.SECONDS));
            }
            return results;
        } finally {
            threads.shutdownNow();
        }
    }

    /** A connection that is used again and again. */
    private static final class Client implements AutoCloseable {
        private static final byte[] END = "\r\n0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

        private static final Pattern LENGTH = Pattern.compile("(?i)content-length: *(\\d+)");

        private final Socket socket;
        private final byte[] buffer = new byte[64 * 1024];

        Client(int port) throws IOException {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(30_000);
        }

        long firstByte(String path) throws IOException {
            long start = System.nanoTime();
            ask(path);
            InputStream in = socket.getInputStream();
            long first = 0;
            StringBuilder read = new StringBuilder();
            while (!isWhole(read)) {
                int n = read(in);
                read.append(new String(buffer, 0, n, StandardCharsets.ISO_8859_1));
                if (first == 0 && read.indexOf("data:") >= 0) {
                    first = System.nanoTime() - start;
                }
            }
            return first;
        }

        /** A proxy may know the length of so short an answer, and say it. */
        private static boolean isWhole(StringBuilder read) {
            int end = read.indexOf("\r\n\r\n");
            Matcher length = end < 0 ? null : LENGTH.matcher(read.substring(0, end));
            return (length != null && length.find())
                    ? read.length() >= end + 4 + Integer.parseInt(length.group(1))
                    : read.indexOf("\r\n0\r\n\r\n") >= 0;
        }

        long whole(String path) throws IOException {
            ask(path);
            InputStream in = socket.getInputStream();
            long all = 0;
            byte[] tail = new byte[0];
            while (!Arrays.equals(tail, END)) {
                int n = read(in);
                all += n;
                byte[] joined = Arrays.copyOf(tail, tail.length + Math.min(n, END.length));
                System.arraycopy(buffer, Math.max(0, n - END.length), joined, tail.length, Math.min(n, END.length));
                tail = Arrays.copyOfRange(joined, Math.max(0, joined.length - END.length), joined.length);
            }
            return all;
        }

        private void ask(String path) throws IOException {
            socket.getOutputStream()
                    .write(("GET " + path + " HTTP/1.1\r\nHost: bench\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        }

        private int read(InputStream in) throws IOException {
            int n = in.read(buffer);
            if (n < 0) {
                throw new IOException("the connection to port " + socket.getPort() + " ended early");
            }
            return n;
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private static <V> V of(Map<String, V> values, String name) {
        return Objects.requireNonNull(values.get(name), name);
    }
}
