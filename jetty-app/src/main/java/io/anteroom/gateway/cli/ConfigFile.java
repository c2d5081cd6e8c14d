// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.cli;

import io.anteroom.gateway.config.ConfigException;
import io.anteroom.gateway.config.ConfigProblem;
import io.anteroom.gateway.config.ConfigReader;
import io.anteroom.gateway.config.GatewayConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Reads a configuration file for a command and tells its mistakes. */
final class ConfigFile {
    private ConfigFile() {}

    /** The configuration, or empty if there are mistakes, which have been told. */
    static Optional<GatewayConfig> read(Path file, PrintWriter err) {
        try {
            return Optional.of(ConfigReader.read(file));
        } catch (ConfigException e) {
            List<ConfigProblem> problems = e.problems();
            problems.forEach(problem -> err.println(file + ": " + problem));
            err.println(file + ": " + problems.size() + (problems.size() == 1 ? " problem" : " problems"));
        } catch (NoSuchFileException e) {
            err.println(file + ": no such file");
        } catch (IOException e) {
            err.println(file + ": cannot be read: " + reason(file, e));
        }
        return Optional.empty();
    }

    private static String reason(Path file, IOException e) {
        if (Files.isDirectory(file)) {
            return "it is a directory";
        } else if (e instanceof CharacterCodingException) {
            return "it is not UTF-8";
        } else if (e instanceof AccessDeniedException) {
            return "access is denied";
        }
        return String.valueOf(e.getMessage());
    }
}
