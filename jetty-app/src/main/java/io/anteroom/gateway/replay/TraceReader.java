// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.replay;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads traces with the columns {@code TIMESTAMP,ContextTokens,GeneratedTokens} or {@code t,key,prompt,output}, in any
 * order, with others beside them. Times are dates or seconds.
 */
public final class TraceReader {
    private static final String COLUMNS =
            "TIMESTAMP,ContextTokens,GeneratedTokens or t,key,prompt,output in the first line";
    private static final int MOST_TOKENS = 10_000_000;

    private final int time;
    private final int key;
    private final int prompt;
    private final int output;

    private TraceReader(List<String> header) throws TraceException {
        boolean azure = header.contains("TIMESTAMP");
        time = header.indexOf(azure ? "TIMESTAMP" : "t");
        key = header.indexOf("key");
        prompt = header.indexOf(azure ? "ContextTokens" : "prompt");
        output = header.indexOf(azure ? "GeneratedTokens" : "output");
        if (time < 0 || prompt < 0 || output < 0) {
            throw new TraceException("line 1: " + shown(String.join(",", header)) + " (expected: " + COLUMNS + ")");
        }
    }

    /**
     * The first requests of a trace in the order of their times.
     *
     * @param limit how many at most
     */
    public static List<TraceRequest> read(Path file, int limit) throws IOException, TraceException {
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            String header = lines.readLine();
            if (header == null) {
                throw new TraceException("the file is empty (expected: " + COLUMNS + ")");
            }
            TraceReader reader = new TraceReader(cells(header.replace("\uFEFF", "")));
            List<TraceRequest> requests = new ArrayList<>();
            int number = 1;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                if (!line.isBlank()) {
                    requests.add(reader.request(line, number));
                }
            }
            return prefix(requests, limit);
        }
    }

    private static List<TraceRequest> prefix(List<TraceRequest> requests, int limit) throws TraceException {
        if (requests.size() < 2) {
            throw new TraceException(requests.size() + " requests (expected: at least 2)");
        }
        requests.sort(Comparator.comparingDouble(TraceRequest::seconds));
        double first = requests.get(0).seconds();
        return requests.stream()
                .limit(limit)
                .map(r -> new TraceRequest(r.seconds() - first, r.key(), r.prompt(), r.output()))
                .toList();
    }

    private TraceRequest request(String line, int number) throws TraceException {
        List<String> cells = cells(line);
        if (cells.size() <= Math.max(Math.max(time, key), Math.max(prompt, output))) {
            throw wrong(number, line, "as many cells as the first line");
        }
        return new TraceRequest(
                seconds(cells.get(time), number),
                key < 0 ? null : cells.get(key),
                tokens(cells.get(prompt), number),
                tokens(cells.get(output), number));
    }

    private static double seconds(String cell, int number) throws TraceException {
        Double seconds = cell.contains(":") ? dateSeconds(cell) : plainSeconds(cell);
        if (seconds == null || !Double.isFinite(seconds)) {
            throw wrong(number, cell, "a time as 2023-11-16 18:15:46.68 or in seconds");
        }
        return seconds;
    }

    private static @Nullable Double dateSeconds(String cell) {
        try {
            LocalDateTime date = LocalDateTime.parse(cell.replace(' ', 'T').replaceFirst("(Z|\\+00:?00)$", ""));
            Instant instant = date.toInstant(ZoneOffset.UTC);
            return instant.getEpochSecond() + instant.getNano() / 1e9;
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    private static @Nullable Double plainSeconds(String cell) {
        try {
            return Double.valueOf(cell);
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static int tokens(String cell, int number) throws TraceException {
        Double tokens = plainSeconds(cell);
        if (tokens == null || !(tokens >= 0 && tokens <= MOST_TOKENS)) {
            throw wrong(number, cell, "a number of tokens");
        }
        return (int) Math.round(tokens);
    }

    private static TraceException wrong(int number, String value, String expected) {
        return new TraceException("line " + number + ": " + shown(value) + " (expected: " + expected + ")");
    }

    private static String shown(String value) {
        String clean = value.replaceAll("\\p{Cntrl}", " ");
        return clean.length() > 60 ? clean.substring(0, 60) + "..." : clean;
    }

    private static List<String> cells(String line) {
        return Arrays.stream(line.split(",", -1))
                .map(cell -> cell.strip().replaceAll("^\"(.*)\"$", "$1"))
                .toList();
    }
}
