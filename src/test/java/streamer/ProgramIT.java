package streamer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import streamer.testing.NothingLeft;
import streamer.testing.Program;
import streamer.testing.StreamClient;
import streamer.testing.StreamClient.End;
import streamer.testing.Tool;
import streamer.testing.Wait;

/** The whole program, as its users start it. */
@ExtendWith(NothingLeft.class)
class ProgramIT {
    private static final String SLOW =
            "trap 'echo cleanup; exit 3' TERM; echo ready; sleep ${STREAMER_QUERY_S:-1000} & wait";

    @TempDir
    private Path directory;

    @Test
    void saysWhereItListensAndNothingElse() throws IOException {
        try (var program = Program.start(directory, "echo", "hi")) {
            try (var client = program.get("/")) {
                assertThat(client.text()).isEqualTo("hi\n");
            }
            awaitRunIsOver(program);
            program.signal("TERM");
            assertThat(program.exitCode()).isEqualTo(143);
            assertThat(program.out()).matches("Listening on http://127\\.0\\.0\\.1:\\d+/\n");
            assertThat(program.err())
                    .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ 127\\.0\\.0\\.1 GET / 200 3B \\d+\\.\\d{3}s"
                            + " exit=0 ended=exit run=[0-9a-f]{32}\n");
        }
    }

    /** Its client knows the end a little earlier; a signal just then would find something to drain. */
    private static void awaitRunIsOver(Program program) {
        Wait.until("the run is logged", () -> program.err().contains("exit"));
    }

    @Test
    void logsOneJsonObjectALineWhereAskedTo() throws IOException {
        try (var program = Program.start(directory, "--log-format", "json", "--", "sh", "-c", "echo hi; exit 3")) {
            try (var client = program.get("/?x=%0a")) {
                assertThat(client.text()).isEqualTo("hi\n");
            }
            try (var client = program.get("/\"\\x41")) {
                assertThat(client.status()).isIn(400, 404);
            }
            awaitRunIsOver(program);
            program.signal("TERM");
            assertThat(program.exitCode()).isEqualTo(143);
            assertThat(program.err().lines().findFirst().orElse(""))
                    .matches("\\{\"time\":\"[0-9T:.Z-]+\",\"level\":\"INFO\",\"client\":\"127\\.0\\.0\\.1\","
                            + "\"method\":\"GET\",\"path\":\"/\",\"status\":200,\"bytes\":3,\"seconds\":\\d+\\.\\d+,"
                            + "\"exit\":3,\"ended\":\"exit\",\"run\":\"[0-9a-f]{32}\"}");
            assertThat(program.err().lines()).allMatch(line -> line.matches("\\{[ -~]*}"));
        }
    }

    @Test
    void theCommandNeverSeesTheToken() throws IOException {
        var environment = Map.of("STREAMER_TOKEN", "s3cret-value");
        try (var program = Program.start(directory, environment, Path.of("bin/streamer"), "--", "env");
                var client = program.get("/", "Authorization: Bearer s3cret-value")) {
            assertThat(client.text()).contains("AUTH_TYPE=Bearer").doesNotContain("s3cret");
            assertThat(program.err()).doesNotContain("s3cret");
        }
    }

    @Test
    void norWhatAPlatformTellsItsJvm() throws IOException {
        var environment = Map.of("JAVA_TOOL_OPTIONS", "-Xmx300m");
        try (var program = Program.start(directory, environment, Path.of("bin/streamer"), "--", "env");
                var client = program.get("/")) {
            assertThat(client.text()).contains("STREAMER_RUN=").doesNotContain("JAVA_TOOL_OPTIONS");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "--version"})
    void whatOnlyTellsLaunchesNothing(String flag) throws IOException {
        var launched = directory.resolve("launched");
        var trap = Files.writeString(directory.resolve("true"), "#!/bin/sh\n: >'" + launched + "'\n");
        assertThat(trap.toFile().setExecutable(true)).isTrue();
        var path = "PATH=" + directory + ":" + System.getenv("PATH");
        var java = System.getProperty("java.home") + "/bin/java";
        var told = Tool.run("env", path, java, "-jar", "target/streamer.jar", flag);
        assertThat(told.code()).isZero();
        assertThat(launched).doesNotExist();
    }

    @Test
    @DisabledIfSystemProperty(named = "streamer.spawner", matches = "jdk")
    void aCommandCannotAskAtTheTerminal() throws IOException {
        var ask = executable("ask", "#!/bin/sh\n{ read answer </dev/tty; } 2>/dev/null || echo none\n");
        var program = Path.of("bin/streamer").toAbsolutePath();
        var start = executable("start", "#!/bin/sh\nexec script -qefc \"" + program + " $*\" /dev/null\n");
        try (var atTerminal = Program.start(directory, Map.of(), start, ask.toString());
                var client = atTerminal.get("/")) {
            assertThat(client.text()).isEqualTo("none\n");
        }
    }

    private Path executable(String name, String text) throws IOException {
        var file = Files.writeString(directory.resolve(name), text);
        assertThat(file.toFile().setExecutable(true)).isTrue();
        return file;
    }

    @Test
    void variablesOfRequestsComeFromRequestsAlone() throws IOException {
        var outside = Map.of(
                "REMOTE_USER", "admin",
                "HTTPS", "on",
                "HTTP_X_ADMIN", "1",
                "HTTP_TIMEOUT", "1",
                "STREAMER_FILE_X", "/etc/shadow",
                "HTTP_PROXY", "http://proxy");
        try (var program =
                        Program.start(directory, outside, Path.of("bin/streamer"), "--env", "HTTP_TIMEOUT=3", "env");
                var client = program.get("/")) {
            assertThat(client.text().lines())
                    .contains("HTTP_TIMEOUT=3", "HTTP_PROXY=http://proxy")
                    .noneMatch(line -> line.matches("(REMOTE_USER|HTTPS|HTTP_X_ADMIN|STREAMER_FILE_X)=.*"));
            assertThat(program.err())
                    .contains("set them: HTTPS, HTTP_TIMEOUT, HTTP_X_ADMIN, REMOTE_USER, STREAMER_FILE_X; --env");
        }
    }

    @Test
    void saysWhereStrangersMayRunTheCommand() throws IOException {
        try (var open = Program.start(directory, "--host", "0.0.0.0", "true")) {
            Wait.until("it warns", () -> open.err().contains(" open to everyone who can reach this machine; "));
            Wait.until("it listens", () -> open.out().startsWith("Listening on http://"));
        }
        try (var local = Program.start(directory, Map.of("PORT", "5000"), Path.of("bin/streamer"), "true")) {
            assertThat(local.address().getPort()).isNotEqualTo(5000);
            assertThat(local.err()).isEmpty();
        }
    }

    /** The JDK launches then, without a word. */
    @Test
    void itsNativeLibraryMayBeMissing() throws IOException {
        var options = "-Djna.boot.library.path=/nowhere -Djna.nounpack=true -Djna.nosys=true";
        try (var program = Program.start(
                        directory, Map.of("JAVA_OPTS", options), Path.of("bin/streamer"), "sh", "-c", "exit 7");
                var client = program.get("/")) {
            assertThat(client.header("Streamer-Exit-Code")).isEqualTo("7");
            assertThat(program.err().lines()).hasSizeLessThan(2).allMatch(line -> line.contains("exit=7"));
        }
    }

    /** Then the system would reap all children, and tell nobody. Some shells turn that off; the one here does not. */
    @Test
    void signalsOfChildrenMayBeIgnored() throws IOException {
        var java = System.getProperty("java.home") + "/bin/java";
        var jar = Path.of("target/streamer.jar").toAbsolutePath();
        var script = executable("start", "#!/bin/bash\ntrap '' CHLD\nexec " + java + " -jar " + jar + " \"$@\"\n");
        try (var program = Program.start(directory, Map.of(), script, "sh", "-c", "exit 7");
                var client = program.get("/")) {
            assertThat(client.header("Streamer-Exit-Code")).isEqualTo("7");
        }
    }

    @Test
    void aStartIsRecordedForThisJarAtThisPlace() throws IOException {
        var here = Files.createDirectories(directory.resolve("here"));
        for (var file : List.of("bin/streamer", "target/streamer.jar")) {
            Files.createDirectories(here.resolve(file).getParent());
            Files.copy(Path.of(file), here.resolve(file), StandardCopyOption.COPY_ATTRIBUTES);
        }
        assertStartsWithRecording(here);
        assertStartsWithRecording(Files.move(here, directory.resolve("there")));
    }

    @Test
    void theFirstStartSaysWhatItWaitsFor() throws IOException {
        var script = withoutJar("for a; do case $a in -Dtarget.directory=*) cp '"
                + Path.of("target/streamer.jar").toAbsolutePath() + "' ${a#*=} ;; esac; done");
        try (var program = Program.start(directory, withMaven(), script, "echo", "hi");
                var client = program.get("/")) {
            assertThat(client.text()).isEqualTo("hi\n");
            assertThat(program.err()).startsWith("streamer: building target/streamer.jar (the first time Maven");
        }
        assertThat(directory.resolve("here/target")).isDirectoryNotContaining("glob:**start.*");
    }

    @Test
    void aFirstStartThatCannotBuildSaysWhy() throws IOException {
        var script = withoutJar("echo '[INFO] x'; echo '[ERROR] the disk is full'; exit 1");
        assertDoesNotStart(script, withMaven(), "\\[ERROR] the disk is full\nstreamer: the build failed, .*\n");
        var java = executable("java", "#!/bin/sh\nexec " + System.getProperty("java.home") + "/bin/java \"$@\"\n");
        var home = directory.resolve("jre");
        Files.move(java, Files.createDirectories(home.resolve("bin")).resolve("java"));
        var jre = new HashMap<>(withMaven());
        jre.put("JAVA_HOME", home.toString());
        assertDoesNotStart(script, jre, "streamer: building target/streamer.jar needs a JDK, .*\n");
        Tool.run("rm", "-r", directory.resolve("here/target").toString());
        Files.createFile(directory.resolve("here/target"));
        assertDoesNotStart(script, withMaven(), "streamer: cannot write to .*/here/target, .*\n");
    }

    /** A clone that has not been built, and a Maven that does this. */
    private Path withoutJar(String maven) throws IOException {
        executable("mvn", "#!/bin/sh\n" + maven + "\n");
        var here = Files.createDirectories(directory.resolve("here/bin"));
        return Files.copy(Path.of("bin/streamer"), here.resolve("streamer"), StandardCopyOption.COPY_ATTRIBUTES);
    }

    private Map<String, String> withMaven() {
        return Map.of("PATH", directory + ":" + System.getenv("PATH"));
    }

    private void assertDoesNotStart(Path script, Map<String, String> environment, String err) throws IOException {
        try (var program = Program.start(directory, environment, script, "true")) {
            assertThat(program.exitCode()).isEqualTo(1);
            assertThat(program.err()).matches("(streamer: building .*\\)\n)?" + err);
        }
    }

    private void assertStartsWithRecording(Path installed) throws IOException {
        try (var program = Program.start(directory, Map.of(), installed.resolve("bin/streamer"), "echo", "hi");
                var client = program.get("/")) {
            assertThat(client.text()).isEqualTo("hi\n");
            assertThat(program.err()).doesNotContain("cds", "aot");
        }
        try (var files = Files.list(installed.resolve("target"))) {
            var names =
                    files.map(file -> file.getFileName().toString()).sorted().toList();
            assertThat(names).hasSize(4);
            assertThat(names.get(0)).isEqualTo("libjnidispatch.so");
            assertThat(names.get(1)).matches("streamer-.*\\.(jsa|aot)");
            assertThat(names.get(2)).isEqualTo(names.get(1) + ".of");
            assertThat(installed.resolve("target").resolve(names.get(2)))
                    .content()
                    .contains(" " + installed.toRealPath().resolve("target/streamer.jar"));
        }
    }

    @Test
    void termDrainsThenStopsAndTellsEachReader() throws IOException {
        try (var program = Program.start(directory, "--drain", "2s", "--", "sh", "-c", SLOW)) {
            var clients = new ArrayList<StreamClient>();
            for (var i = 0; i < 10; i++) {
                clients.add(program.get(i == 0 ? "/?s=1" : "/"));
                assertThat(clients.get(i).piece()).isEqualTo("ready\n");
            }
            program.signal("TERM");
            Wait.until("it drains", () -> {
                try (var health = program.get("/-/health")) {
                    return health.status() == 503;
                }
            });
            try (var late = program.get("/")) {
                assertThat(late.status()).isEqualTo(503);
                assertThat(late.header("Retry-After")).isEqualTo("10");
            }
            assertThat(clients.get(0).end()).as("ended within the drain").isEqualTo(End.CLEAN);
            for (var client : clients.subList(1, 10)) {
                assertThat(client.text()).isEqualTo("cleanup\n");
                assertThat(client.end()).isEqualTo(End.BROKEN_OFF);
            }
            assertThat(program.exitCode()).isEqualTo(143);
            assertThat(program.err().lines().filter(line -> line.contains("exit=3 ended=shutdown")))
                    .hasSize(9);
            assertThat(program.err().lines().filter(line -> line.contains("exit=0 ended=exit")))
                    .hasSize(1);
        }
    }

    /** As platforms send it that do not know which process is which. */
    @Test
    void aCommandThatIgnoresTermKeepsTheDrainWhenAllGetIt() throws IOException {
        var go = directory.resolve("go");
        var command = "trap '' TERM; exec sh -c 'echo ready; until [ -e " + go + " ]; do sleep 0.1; done; echo done'";
        try (var program = Program.start(directory, "--drain", "1h", "--", "sh", "-c", command);
                var client = program.get("/")) {
            assertThat(client.piece()).isEqualTo("ready\n");
            program.signalAll("TERM");
            Wait.until("it drains", () -> program.err().contains("draining"));
            Files.createFile(go);
            assertThat(client.text()).isEqualTo("done\n");
            assertThat(client.end()).isEqualTo(End.CLEAN);
            assertThat(program.exitCode()).isEqualTo(143);
        }
    }

    @Test
    void interruptStopsAtOnce() throws IOException {
        try (var program = Program.start(directory, "--drain", "1h", "--", "sh", "-c", SLOW);
                var client = program.get("/")) {
            assertThat(client.piece()).isEqualTo("ready\n");
            program.signal("INT");
            assertThat(client.text()).isEqualTo("cleanup\n");
            assertThat(program.exitCode()).isEqualTo(130);
        }
    }

    @Test
    void aSecondSignalHurriesIt() throws IOException {
        try (var program = Program.start(directory, "--drain", "1h", "--", "sh", "-c", SLOW);
                var client = program.get("/")) {
            assertThat(client.piece()).isEqualTo("ready\n");
            program.signal("TERM");
            // Signals within two seconds count as one; after that each of these would do.
            Wait.until("it has stopped its run", () -> {
                program.signal("TERM");
                return client.hasMore();
            });
            assertThat(client.text()).isEqualTo("cleanup\n");
            assertThat(program.exitCode()).isEqualTo(143);
        }
    }

    @Test
    void charactersSurviveWithoutALocale() throws IOException {
        var script = "printf '%s ' \"$1\" \"$STREAMER_QUERY_A\"";
        try (var program = Program.start(
                        directory,
                        Map.of("LC_ALL", "C", "LANG", "C"),
                        Path.of("bin/streamer"),
                        "--",
                        "sh",
                        "-c",
                        script,
                        "sh",
                        "ü");
                var client = program.get("/?a=%C3%BC")) {
            assertThat(client.text()).isEqualTo("ü ü ");
        }
    }

    @Test
    void startsByASymbolicLinkFromAnywhere() throws IOException {
        var link = Files.createSymbolicLink(
                directory.resolve("link"), Path.of("bin/streamer").toAbsolutePath());
        try (var program = Program.start(directory, Map.of(), link, "pwd");
                var client = program.get("/")) {
            assertThat(client.text()).isEqualTo(directory.toRealPath() + "\n");
        }
    }

    @Test
    void memoryStaysWhateverTheCommandWrites() throws IOException {
        try (var program = Program.start(
                directory,
                Map.of("JAVA_OPTS", "-Xmx64m"),
                Path.of("bin/streamer"),
                "--",
                "sh",
                "-c",
                "head -c $STREAMER_QUERY_N /dev/zero")) {
            var before = 0L;
            for (var bytes : new long[] {10_000_000, 200_000_000}) {
                try (var client = program.get("/?n=" + bytes)) {
                    assertThat(client.copyTo(OutputStream.nullOutputStream())).isEqualTo(bytes);
                }
                before = before == 0 ? program.residentBytes() : before;
            }
            assertThat(program.residentBytes() - before).isLessThan(64 * 1024 * 1024);
        }
    }

    @Test
    void theExamplesWork() throws IOException {
        try (var program = Program.start(
                        directory,
                        "--",
                        Path.of("bin/valley-girl").toAbsolutePath().toString(),
                        "3",
                        "0");
                var client = program.get("/")) {
            assertThat(client.text()).hasLineCount(3).startsWith("like, totally 1 of 3\n");
        }
        try (var program = Program.start(
                        directory,
                        "--",
                        Path.of("bin/import-xml").toAbsolutePath().toString());
                var client = new StreamClient(program.address(), 0)) {
            client.send("PUT / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
            client.sendChunk("<feed>\n<item>1</item>\n<item>2</item>\n");
            assertThat(client.piece()).as("before the upload has ended").isEqualTo("imported 2 items\n");
            client.sendChunk("<item>3</item>\n</feed>\n");
            client.sendLastChunk();
            assertThat(client.text()).endsWith("done: 3 items, 60 bytes\n");
            assertThat(client.end()).isEqualTo(End.CLEAN);
        }
    }
}
