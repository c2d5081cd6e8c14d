// SPDX-License-Identifier: Apache-2.0
package io.anteroom;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Rules on the text of every module's sources that no compiler knows. */
final class StyleTest {

    private static final int MAIN_FILE_LINES = 400;
    private static final int TEST_FILE_LINES = 700;
    private static final int MAIN_METHOD_LINES = 60;

    private static final Set<String> NOT_OURS = Set.of("target", "node_modules");
    private static final Pattern UNNUMBERED = Pattern.compile("\\b(TO" + "DO|FIX" + "ME)\\b(?!\\(#\\d+\\))");
    private static final Pattern SLEEP = Pattern.compile("\\b(Thread|TimeUnit\\.[A-Z]+)\\s*(\\.|::)\\s*sleep\\b");
    private static final Pattern OPEN_CLASS = Pattern.compile("^(public )?class \\w+");

    private static Path root;
    private static List<Source> sources;

    @BeforeAll
    static void readSources() throws IOException {
        root = findRoot();
        sources = new ArrayList<>();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                String name = directory.getFileName().toString();
                boolean hidden = name.startsWith(".") && !directory.equals(root);
                return hidden || NOT_OURS.contains(name) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (file.toString().endsWith(".java")) {
                    sources.add(new Source(root.relativize(file), Files.readAllLines(file)));
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }

    @Test
    void sources_all_modules_areFound() {
        assertThat(sources).anyMatch(source -> source.path().startsWith("filter-lib"));
        assertThat(sources).anyMatch(source -> source.path().startsWith("jetty-app"));
    }

    @Test
    void files_main_areShort() {
        assertNone((source, problems) -> {
            int most = source.isMain() ? MAIN_FILE_LINES : TEST_FILE_LINES;
            int lines = source.lines().size();
            if (lines > most) {
                problems.add(source.path() + ": " + lines + " lines (expected: at most " + most + ")");
            }
        });
    }

    @Test
    void methods_main_areShort() throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<Path> files = sources.stream()
                .filter(Source::isMain)
                .map(source -> root.resolve(source.path()))
                .toList();
        List<String> problems = new ArrayList<>();
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
            JavacTask task = (JavacTask) compiler.getTask(
                    null, manager, null, List.of("-proc:none"), null, manager.getJavaFileObjectsFromPaths(files));
            SourcePositions positions = Trees.instance(task).getSourcePositions();
            for (CompilationUnitTree unit : task.parse()) {
                new MethodLengths(unit, positions, problems).scan(unit, null);
            }
        }
        assertThat(problems).isEmpty();
    }

    @Test
    void comments_everywhere_nameAnIssueForOpenWork() {
        assertNoLine(UNNUMBERED, "open work without an issue number", source -> true);
    }

    @Test
    void code_main_neverSleeps() {
        assertNoLine(SLEEP, "sleeps", Source::isMain);
    }

    @Test
    void classes_main_areFinalSealedOrAbstract() {
        // JMH extends the classes it measures.
        assertNoLine(
                OPEN_CLASS,
                "top-level class that is neither final, sealed nor abstract",
                source -> source.isMain() && !source.path().startsWith("bench"));
    }

    @Test
    void packages_main_areNullMarked() {
        assertNone((source, problems) -> {
            Path info = source.path().resolveSibling("package-info.java");
            if (source.isMain() && sources.stream().noneMatch(other -> other.isNullMarked(info))) {
                problems.add(source.path() + ": package without @NullMarked package-info");
            }
        });
    }

    private static void assertNone(BiConsumer<Source, List<String>> check) {
        List<String> problems = new ArrayList<>();
        sources.forEach(source -> check.accept(source, problems));
        assertThat(problems).isEmpty();
    }

    private static void assertNoLine(Pattern pattern, String complaint, Predicate<Source> applies) {
        assertNone((source, problems) -> {
            for (int i = 0; applies.test(source) && i < source.lines().size(); i++) {
                if (pattern.matcher(source.lines().get(i)).find()) {
                    problems.add(source.path() + ":" + (i + 1) + ": " + complaint);
                }
            }
        });
    }

    private static Path findRoot() {
        Path directory = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(directory.resolve(".mvn"))) {
            directory = Objects.requireNonNull(directory.getParent(), "no directory above holds .mvn");
        }
        return directory;
    }

    private record Source(Path path, List<String> lines) {

        boolean isMain() {
            return path.toString().replace('\\', '/').contains("src/main/java/");
        }

        boolean isNullMarked(Path info) {
            return path.equals(info) && lines.contains("@NullMarked");
        }
    }

    private static final class MethodLengths extends TreeScanner<Void, Void> {

        private final CompilationUnitTree unit;
        private final SourcePositions positions;
        private final List<String> problems;

        MethodLengths(CompilationUnitTree unit, SourcePositions positions, List<String> problems) {
            this.unit = unit;
            this.positions = positions;
            this.problems = problems;
        }

        @Override
        public Void visitMethod(MethodTree method, Void unused) {
            if (method.getBody() != null) {
                LineMap map = unit.getLineMap();
                long first = map.getLineNumber(positions.getStartPosition(unit, method.getBody()));
                long last = map.getLineNumber(positions.getEndPosition(unit, method.getBody()));
                if (last - first + 1 > MAIN_METHOD_LINES) {
                    problems.add(root.relativize(Path.of(unit.getSourceFile().toUri())) + ":" + first + ": "
                            + method.getName() + " has " + (last - first + 1) + " lines (expected: at most "
                            + MAIN_METHOD_LINES + ")");
                }
            }
            return super.visitMethod(method, unused);
        }
    }
}
