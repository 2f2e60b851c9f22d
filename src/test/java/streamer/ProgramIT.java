package streamer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
        var script = "echo hi; echo 'an \"error\"' >&2; printf rest >&2; exit 3";
        try (var program = Program.start(directory, "--log-format", "json", "--", "sh", "-c", script)) {
            try (var client = program.get("/?x=%0a")) {
                assertThat(client.text()).isEqualTo("hi\n");
            }
            try (var client = program.get("/\"\\x41")) {
                assertThat(client.status()).isIn(400, 404);
            }
            awaitRunIsOver(program);
            Wait.until("an unfinished line is logged", () -> program.err().contains("\"stderr\":\"rest\","));
            program.signal("TERM");
            assertThat(program.exitCode()).isEqualTo(143);
            assertThat(program.err())
                    .containsPattern(
                            "\"level\":\"INFO\",\"stderr\":\"an \\\\\"error\\\\\"\",\"run\":\"[0-9a-f]{32}\"}\n")
                    .containsPattern(
                            "\"message\":\"launched\",\"client\":\"127\\.0\\.0\\.1\",\"method\":\"GET\",\"path\":\"/\",\"run\"");
            assertThat(program.err()
                            .lines()
                            .filter(line -> line.contains("\"status\""))
                            .findFirst()
                            .orElse(""))
                    .matches("\\{\"time\":\"[0-9T:.Z-]+\",\"level\":\"INFO\",\"client\":\"127\\.0\\.0\\.1\","
                            + "\"method\":\"GET\",\"path\":\"/\",\"status\":200,\"bytes\":3,\"seconds\":\\d+\\.\\d+,"
                            + "\"exit\":3,\"ended\":\"exit\",\"run\":\"[0-9a-f]{32}\"}");
            assertThat(program.err().lines()).allMatch(line -> line.matches("\\{[ -~]*}"));
        }
    }

    /** As systemd starts it, {@code systemd.exec(5)}: the journal has the time of each line, and takes its priority. */
    @Test
    void theJournalGetsPrioritiesAndNoTimes() throws IOException {
        var journal = directory.resolve("journal");
        var start = executable(
                "start",
                "#!/bin/sh\nexec 2>'" + journal + "'\nJOURNAL_STREAM=$(stat -L -c %d:%i '" + journal + "') exec "
                        + Path.of("bin/streamer").toAbsolutePath() + " \"$@\"\n");
        try (var program = Program.start(directory, Map.of(), start, "echo", "hi");
                var client = program.get("/")) {
            assertThat(client.text()).isEqualTo("hi\n");
            Wait.until("it is logged", () -> Files.readString(journal).contains("exit=0"));
        }
        assertThat(Files.readString(journal).lines().findFirst().orElse(""))
                .matches("<6>127\\.0\\.0\\.1 GET / 200 .* ended=exit run=[0-9a-f]{32}");
    }

    /** As that of a service's user. */
    @Test
    void aHomeThatIsNotThereIsNotMade() throws IOException {
        var home = directory.resolve("home");
        var environment = Map.of("JAVA_OPTS", "-Duser.home=" + home, "XDG_CACHE_HOME", "");
        try (var program = Program.start(directory, environment, Path.of("bin/streamer"), "echo", "hi");
                var client = program.get("/")) {
            assertThat(client.text()).isEqualTo("hi\n");
        }
        assertThat(home).doesNotExist();
    }

    /** Nothing of the jar that it needs has been left out. */
    @Test
    void theProgramHasMetrics() throws IOException {
        try (var program = Program.start(directory, "true");
                var client = program.get("/-/metrics")) {
            assertThat(client.text()).contains("streamer_runs_running 0.0\n", "\njvm_", "\nprocess_");
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
        var ask = executable("ask", """
                #!/bin/sh
                { read answer </dev/tty; } 2>/dev/null || echo none
                exec 3>&2
                [ -t 3 ] && ! cat <&3 2>/dev/null && echo none
                """);
        var program = Path.of("bin/streamer").toAbsolutePath();
        var start = executable("start", "#!/bin/sh\nexec script -qefc \"" + program + " $*\" /dev/null\n");
        try (var atTerminal = Program.start(directory, Map.of(), start, ask.toString());
                var client = atTerminal.get("/")) {
            assertThat(client.text()).isEqualTo("none\nnone\n");
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

    /** By its class path, what the jar's manifest asks for is missing. */
    @ParameterizedTest
    @CsvSource({
        ",--add-exports java.base/sun.nio.ch",
        "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED,--add-opens java.base/java.lang"
    })
    void saysAtTheStartWhatJavaDoesNotAllow(@Nullable String option, String missing) throws IOException {
        var java = System.getProperty("java.home") + "/bin/java";
        var jar = Path.of("target/streamer.jar").toAbsolutePath();
        var options = (option == null ? "" : option) + " -Dstreamer.spawner=jdk -cp " + jar + " streamer.Streamer";
        var told = Tool.run("sh", "-c", java + " " + options + " --port 0 -- true");
        assertThat(told.code()).isEqualTo(1);
        assertThat(told.out())
                .isEqualTo("streamer: cannot launch commands by this Java: needs " + missing + "=ALL-UNNAMED\n");
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
    void saysWhatItStopsAfterACommand() throws IOException {
        var script =
                "if [ $QUERY_STRING ]; then (setsid sleep 1000 >/dev/null 2>&1 &); kill $$; fi; sleep 1000 & echo hi";
        try (var program = Program.start(directory, "--", "sh", "-c", script)) {
            try (var client = program.get("/")) {
                assertThat(client.text()).isEqualTo("hi\n");
                assertThat(client.end()).isEqualTo(End.CLEAN);
            }
            try (var client = program.get("/?signal")) {
                assertThat(client.header("Streamer-Exit-Code")).isEqualTo("143");
            }
            Wait.until("all is logged", () -> program.err().lines().count() >= 4);
            program.signal("TERM");
            program.exitCode();
            assertThat(program.err().lines().filter(line -> line.contains(" run ")))
                    .satisfiesExactly(
                            line -> assertThat(line)
                                    .matches("\\S+ run \\w+: its output was held open after the command's exit:"
                                            + " stopped sleep \\(\\d+\\)"),
                            line -> assertThat(line)
                                    .matches(
                                            "\\S+ run \\w+: its command died by a signal: stopped (sleep|setsid|sh) .*"));
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
            var waiting = new ArrayList<StreamClient>();
            for (var client : clients) {
                waiting.add(program.get("/-/runs/" + client.header("Streamer-Run") + "?wait=25s"));
            }
            assertThat(clients.get(0).end()).as("ended within the drain").isEqualTo(End.CLEAN);
            for (var client : clients.subList(1, 10)) {
                assertThat(client.text()).isEqualTo("cleanup\n");
                assertThat(client.end()).isEqualTo(End.BROKEN_OFF);
            }
            assertThat(waiting.remove(0).text()).contains("\"ended\":\"exit\",\"code\":0");
            for (var client : waiting) {
                assertThat(client.text()).contains("\"ended\":\"shutdown\",\"code\":3");
            }
            assertThat(program.exitCode()).isEqualTo(143);
            assertThat(program.err().lines().filter(line -> line.contains("exit=3 ended=shutdown")))
                    .hasSize(9);
            assertThat(program.err().lines().filter(line -> line.contains("exit=0 ended=exit")))
                    .hasSize(1);
        }
    }

    /** A kept run's end may be long ago when it is read. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoReadsAKeptRunIsDrainedToo(boolean isHurried) throws IOException {
        var length = 20_000_000;
        try (var program = Program.start(
                        directory, "--keep", "1h", "--drain", "1h", "--", "head", "-c", "" + length, "/dev/zero");
                var first = program.get("/")) {
            assertThat(first.copyTo(OutputStream.nullOutputStream())).isEqualTo(length);
            awaitRunIsOver(program);
            try (var slow =
                    new StreamClient(program.address(), 4096).request("GET", first.header("Content-Location"))) {
                assertThat(slow.header("Streamer-From")).isEqualTo("0");
                program.signal("TERM");
                Wait.until("it drains", () -> program.err().contains("draining"));
                if (isHurried) {
                    Wait.until("it breaks off", () -> {
                        program.signal("TERM");
                        return program.err().contains("ended=shutdown");
                    });
                }
                assertThat(slow.copyTo(OutputStream.nullOutputStream()) == length)
                        .isEqualTo(!isHurried);
            }
            assertThat(program.exitCode()).isEqualTo(143);
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

    /** Large buffers leave room for what connections need; each stream has its own bytes, also where a buffer is short. */
    @Test
    void manyStreamsShareLittleMemory() throws IOException {
        var environment = Map.of("JAVA_OPTS", "-XX:MaxDirectMemorySize=4m");
        var yes = "exec yes \"$QUERY_STRING\"";
        try (var program = Program.start(directory, environment, Path.of("bin/streamer"), "sh", "-c", yes)) {
            var clients = new ArrayList<StreamClient>();
            for (var n = 100; n < 150; n++) {
                clients.add(new StreamClient(program.address(), 16 * 1024).request("GET", "/?" + n));
            }
            for (var n = 100; n < 150; n++) {
                assertThat(clients.get(n - 100).status()).isEqualTo(200);
                var text = new StringBuilder();
                while (text.length() < 500_000) {
                    text.append(clients.get(n - 100).piece());
                }
                assertThat(text.toString().replace(n + "\n", "")).hasSizeLessThan(4);
            }
            for (var client : clients) {
                client.close();
            }
            Wait.until("all is logged", () -> program.err().lines().count() >= 50);
            assertThat(program.err()).doesNotContain("OutOfMemory");
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
