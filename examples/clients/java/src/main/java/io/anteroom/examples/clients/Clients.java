// SPDX-License-Identifier: Apache-2.0
package io.anteroom.examples.clients;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;

/**
 * The clients of the JVM, each as its documentation shows it. Reads a task from each line of standard input and answers
 * it with a line, as {@code node/clients.mjs} describes.
 */
public final class Clients {
    static final int TOKENS = 6;

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Map<String, Client> CLIENTS = new LinkedHashMap<>();

    static {
        CLIENTS.put("openai-java chat", OpenAiClients::chat);
        CLIENTS.put("openai-java responses", OpenAiClients::responses);
        CLIENTS.put("anthropic-java", AnthropicClients::messages);
        CLIENTS.put("langchain4j", Langchain4jClients::chat);
    }

    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    private Clients() {}

    /** One way to ask. */
    interface Client {
        void ask(Task task, Seen seen) throws Exception;
    }

    /** Runs until standard input ends. */
    public static void main(String[] args) throws IOException {
        new Clients().serve();
    }

    private void serve() throws IOException {
        ObjectNode names = JSON.createObjectNode();
        CLIENTS.keySet().forEach(names.putArray("clients")::add);
        say(names);
        try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                Task task = Task.read(JSON.readTree(line));
                Thread thread = new Thread(() -> run(task), task.client());
                thread.setDaemon(true);
                thread.start();
            }
        }
        System.exit(0); // the clients' own threads would go on
    }

    private void run(Task task) {
        Seen seen = new Seen();
        ObjectNode answer = JSON.createObjectNode().put("id", task.id());
        try {
            Client client = CLIENTS.get(task.client());
            if (client == null) {
                throw new IllegalArgumentException("no client " + task.client());
            }
            client.ask(task, seen);
            answer.putNull("error");
        } catch (Throwable error) { // whatever a client throws is what we want to see
            describe(error, answer.putObject("error"));
        }
        say(answer.put("text", seen.text.toString()).put("position", seen.position).put("seen", seen.queue));
    }

    private static void describe(Throwable error, ObjectNode described) {
        Throwable told = error instanceof ExecutionException && error.getCause() != null ? error.getCause() : error;
        described.put("name", told.getClass().getSimpleName());
        described.put("message", String.valueOf(told.getMessage()));
        described.putNull("status");
        for (Throwable inner = told; inner != null; inner = inner.getCause()) {
            try {
                Object status = inner.getClass().getMethod("statusCode").invoke(inner);
                described.put("status", ((Number) status).intValue());
                return;
            } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException e) {
                continue; // not every exception knows a status
            }
        }
    }

    private void say(ObjectNode line) {
        synchronized (out) {
            out.println(line);
        }
    }
}
