package streamer.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import streamer.testing.Commands;
import streamer.testing.NothingLeft;
import streamer.testing.TestServer;
import streamer.testing.Tool;

/** How curl and wget get the whole of a kept run's output through connections that break. */
@Tag("clients")
@ExtendWith(NothingLeft.class)
class KeptClientsTest {
    private static final String LINES =
            IntStream.rangeClosed(1, 2_000).mapToObj(i -> i + "\n").collect(Collectors.joining());

    private static final int CUTS = 5;

    /** A response's head, and some of its body. */
    private static final int BYTES_OF_EACH = 1_500;

    @TempDir
    private Path directory;

    private Path log;

    @BeforeEach
    void setUp() {
        log = directory.resolve("log");
    }

    private static TestServer server(int code) throws IOException {
        return TestServer.of(Commands.sh("seq 2000; sleep 0.2; exit " + code))
                .keep(Duration.ofHours(1))
                .heartbeat(Duration.ofMillis(20), "*")
                .start();
    }

    /** The path of the output of a run that goes on. */
    private static String output(TestServer server) throws IOException {
        try (var client = server.get("/", "Prefer: respond-async")) {
            return client.header("Location") + "/output";
        }
    }

    /** The loop of the docs, for the output that {@code $1} names. */
    private static String loop() throws IOException {
        var docs = Files.readString(Path.of("docs/kept-runs.md"));
        var block = docs.replaceFirst("(?s).*```sh\n(out=.*?)```.*", "$1");
        assertThat(block).startsWith("out=localhost").contains("curl -fsSN", "sleep 1");
        return block.replaceFirst("out=.*\n", "out=\\$1\n").replace("sleep 1", "sleep 0.1");
    }

    @ParameterizedTest
    @CsvSource({"0, 0, false", "3, 1, false", "0, 0, true", "3, 1, true"})
    void theLoopGetsAllAndEndsAsTheCommandDoes(int code, int expected, boolean byReset) throws IOException {
        try (var server = server(code);
                var cutter = new Cutter(server.address(), CUTS, BYTES_OF_EACH, byReset)) {
            var sh = Tool.run("sh", "-c", "cd '" + directory + "'; " + loop(), "sh", cutter.url() + output(server));
            assertThat(sh.code()).as(sh.out()).isEqualTo(expected);
            assertThat(Files.readString(log)).isEqualTo(LINES);
            assertThat(cutter.connections()).isGreaterThan(CUTS);
        }
    }

    /** Where a connection is closed in the midst of a chunk, wget takes that for the end. */
    @ParameterizedTest
    @CsvSource({"0, 0", "3, 8"})
    void wgetGetsAllAndItsExitCodeTells(int code, int expected) throws IOException {
        try (var server = server(code);
                var cutter = new Cutter(server.address(), CUTS, BYTES_OF_EACH, true)) {
            var wget = Tool.run("wget", "--waitretry=0", "-nv", "-O", log.toString(), cutter.url() + output(server));
            assertThat(wget.code()).as(wget.out()).isEqualTo(expected);
            assertThat(Files.readString(log)).isEqualTo(LINES);
            assertThat(cutter.connections()).isGreaterThan(CUTS);
        }
    }

    /** What has come on the command's own path before the cut counts. */
    @Test
    void aFirstResponseIsGoneOnWith() throws IOException {
        try (var server = TestServer.of(Commands.sh("seq 2000"))
                        .keep(Duration.ofHours(1))
                        .start();
                var cutter = new Cutter(server.address(), 1, BYTES_OF_EACH, false)) {
            var script = "cd '" + directory + "'; curl -sSND head $1 >log; "
                    + "out=$1$(sed -n 's/^Content-Location: *\\([^\\r]*\\).*/\\1/p' head); "
                    + "curl -fsSN \"$out?from=$(($(wc -c <log)))\" >>log";
            var sh = Tool.run("sh", "-c", script, "sh", cutter.url());
            assertThat(sh.code()).as(sh.out()).isZero();
            assertThat(Files.readString(log)).isEqualTo(LINES);
        }
    }

    @Test
    void retriesWithAKeyRunOnce() throws IOException {
        var runs = directory.resolve("runs");
        try (var server = TestServer.of(Commands.sh("echo run >>\"$1\"; seq 2000", runs.toString()))
                        .keep(Duration.ofHours(1))
                        .start();
                var cutter = new Cutter(server.address(), 2, BYTES_OF_EACH, false)) {
            var curl = Tool.run(
                    "curl",
                    "-fsSN",
                    "--retry",
                    "5",
                    "--retry-delay",
                    "1",
                    "--retry-all-errors",
                    "-H",
                    "Idempotency-Key: k",
                    "-o",
                    log.toString(),
                    cutter.url());
            assertThat(curl.code()).as(curl.out()).isZero();
            assertThat(Files.readString(log)).isEqualTo(LINES);
            assertThat(Files.readString(runs)).isEqualTo("run\n");
        }
    }
}
