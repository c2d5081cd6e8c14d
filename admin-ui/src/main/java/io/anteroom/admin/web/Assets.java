// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Style sheets and scripts: ours, and those of others from their WebJars. Each has the hash of its content in its path
 * and never changes there, so that browsers ask once. All are kept in memory, compressed. Immutable.
 */
final class Assets {
    private static final String OURS = "io/anteroom/admin/web/assets/";
    private static final Map<String, String> TYPES = Map.of(
            "css", "text/css; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "svg", "image/svg+xml");
    private static final String[] NAMES = {
        "app.css", "app.js", "trust.js", "charts.js", "live.js", "icon.svg", "icons.svg"
    };

    private final Map<String, Asset> byPath = new HashMap<>();
    private final Map<String, String> paths = new LinkedHashMap<>();

    /** A file in both forms; no record, as arrays are not equal by what they hold. */
    private static final class Asset {
        final String type;
        final byte[] plain;
        final byte[] compressed;

        Asset(String type, byte[] plain, byte[] compressed) {
            this.type = type;
            this.plain = plain;
            this.compressed = compressed;
        }
    }

    Assets() {
        for (String name : NAMES) {
            add(name, OURS + name);
        }
        add("htmx.js", webJar("htmx.org", "dist/htmx.min.js"));
        add("chart.js", webJar("chart.js", "dist/chart.umd.min.js"));
    }

    private static String webJar(String name, String file) {
        String properties = "META-INF/maven/org.webjars.npm/" + name + "/pom.properties";
        Properties values = new Properties();
        try (InputStream in = open(properties)) {
            values.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(properties, e);
        }
        return "META-INF/resources/webjars/" + name + "/" + values.getProperty("version") + "/" + file;
    }

    private static InputStream open(String resource) throws IOException {
        InputStream in = Assets.class.getClassLoader().getResourceAsStream(resource);
        if (in == null) {
            throw new IOException(resource + " is not on the class path");
        }
        return in;
    }

    private void add(String name, String resource) {
        try (InputStream in = open(resource)) {
            byte[] plain = in.readAllBytes();
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(plain);
            String path = "/assets/" + HexFormat.of().formatHex(digest, 0, 8) + "/" + name;
            String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
            byPath.put(path, new Asset(String.valueOf(type), plain, compress(plain)));
            paths.put(name, path);
        } catch (IOException e) {
            throw new UncheckedIOException(resource, e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }

    private static byte[] compress(byte[] plain) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(plain.length / 3);
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(plain);
        }
        return bytes.toByteArray();
    }

    /** Where each asset is below the mount, by its name. */
    Map<String, String> paths() {
        return Map.copyOf(paths);
    }

    /** Sends the asset at that path; false if there is none. */
    boolean send(String path, HttpServletRequest request, HttpServletResponse response) throws IOException {
        Asset asset = byPath.get(path);
        if (asset == null) {
            return false;
        }
        String accepted = request.getHeader("Accept-Encoding");
        boolean isCompressed = takesGzip(accepted);
        byte[] bytes = isCompressed ? asset.compressed : asset.plain;
        response.setHeader("Cache-Control", "public, max-age=31536000, immutable");
        response.setHeader("Vary", "Accept-Encoding");
        response.setContentType(asset.type);
        if (isCompressed) {
            response.setHeader("Content-Encoding", "gzip");
        }
        response.setContentLength(bytes.length);
        if (!request.getMethod().equals("HEAD")) {
            response.getOutputStream().write(bytes);
        }
        return true;
    }

    private static boolean takesGzip(@Nullable String accepted) {
        return accepted != null && accepted.contains("gzip") && !accepted.contains("gzip;q=0");
    }
}
