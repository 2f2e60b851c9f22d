package streamer.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import streamer.testing.Commands;
import streamer.testing.Http2Client;
import streamer.testing.NothingLeft;
import streamer.testing.Puppet;
import streamer.testing.RawHttp2;
import streamer.testing.RawHttp2.FrameType;
import streamer.testing.StreamClient;
import streamer.testing.StreamClient.End;
import streamer.testing.TestServer;
import streamer.testing.Tool;
import streamer.testing.Wait;

/** {@code /-/runs/ID/output}. */
@ExtendWith(NothingLeft.class)
class OutputTest {
    private static final int MANY = 100;

    private static final String EVENTS = "Accept: text/event-stream";

    /** What is kept of a run, at the least that may be said; the oldest go by a sixteenth. */
    private static final int KEPT = 64 * 1024;

    private static TestServer.Setup keeping(List<String> command) {
        return TestServer.of(command).keep(Duration.ofHours(1)).statusWait(Duration.ofMillis(50));
    }

    /** Runs the command to its end; the path of its output. */
    private static String ended(TestServer server) throws IOException {
        try (var client = server.get("/")) {
            client.end();
            server.awaitNoRun();
            return client.header("Content-Location");
        }
    }

    @Test
    void aResponseSaysWhereTheOutputIs() throws IOException {
        try (var server = keeping(Commands.printing("x")).start();
                var client = server.get("/")) {
            assertThat(client.text()).isEqualTo("x");
            assertThat(client.header("Content-Location"))
                    .isEqualTo("/-/runs/" + client.header("Streamer-Run") + "/output");
            assertThat(client.header("Streamer-From")).isEqualTo("0");
        }
    }

    @Test
    void itCanBeReadAgainAsOftenAsOneLikes() throws IOException {
        try (var server = keeping(Commands.printing("all")).start()) {
            var output = ended(server);
            for (var i = 0; i < 3; i++) {
                try (var client = server.get(output)) {
                    assertThat(client.text()).isEqualTo("all");
                    assertThat(client.end()).isEqualTo(End.CLEAN);
                    assertThat(client.header("Streamer-From")).isEqualTo("0");
                    assertThat(client.trailer("Streamer-Ended")).isEqualTo("exit");
                }
            }
        }
    }

    @Test
    void aBadEndBreaksItOff() throws IOException {
        try (var server = keeping(Commands.sh("printf four; exit 3")).start()) {
            var output = ended(server);
            try (var client = server.get(output);
                    var http2 = new RawHttp2(server.address())) {
                assertThat(client.text()).isEqualTo("four");
                assertThat(client.end()).isEqualTo(End.BROKEN_OFF);
                http2.begin().send(RawHttp2.get(1, output));
                var last = http2.answer();
                while (last != null && last.type() != FrameType.RST_STREAM) {
                    last = http2.answer();
                }
                assertThat(last).isNotNull();
            }
        }
    }

    @Test
    void aBadEndOfWhichNothingIsLeftIsAnError() throws IOException {
        try (var server = keeping(Commands.sh("printf four; exit 3")).start()) {
            try (var client = server.get(ended(server) + "?from=4")) {
                assertThat(client.status()).isEqualTo(500);
                assertThat(client.text()).contains("exit code 3", "all that it wrote has been sent");
                assertThat(client.header("Streamer-Exit-Code")).isEqualTo("3");
                assertThat(client.header("Streamer-Ended")).isEqualTo("exit");
            }
        }
    }

    @Test
    void aGoodEndOfWhichNothingIsLeftIsEmpty() throws IOException {
        try (var server = keeping(Commands.printing("four")).start();
                var client = server.get(ended(server) + "?from=4")) {
            assertThat(client.status()).isEqualTo(200);
            assertThat(client.text()).isEmpty();
            assertThat(client.end()).isEqualTo(End.CLEAN);
        }
    }

    @Test
    void whoWaitsForWhatComesGetsTheBadEndAsAnErrorToo() throws IOException {
        try (var puppet = new Puppet();
                var server = keeping(puppet.command())
                        .statusWait(Duration.ofMinutes(1))
                        .start();
                var first = server.get("/")) {
            puppet.tell("printf four");
            first.piece();
            try (var second = server.get(first.header("Content-Location") + "?from=4")) {
                awaitViewers(server, first, 2);
                puppet.tell("exit 3");
                assertThat(second.status()).isEqualTo(500);
                assertThat(second.text()).contains("exit code 3", "all that it wrote has been sent");
            }
        }
    }

    private static void awaitViewers(TestServer server, StreamClient of, int number) {
        Wait.until(number + " watch", () -> {
            try (var client = server.get("/-/runs/" + of.header("Streamer-Run"))) {
                return client.text().contains("\"viewers\":" + number);
            }
        });
    }

    @Test
    void withoutFollowingItEndsAfterWhatIsThere() throws IOException {
        try (var puppet = new Puppet();
                var server = keeping(puppet.command()).start();
                var first = server.get("/")) {
            puppet.tell("printf four");
            first.piece();
            var output = first.header("Content-Location") + "?follow=0";
            try (var part = server.get(output + "&from=1")) {
                assertThat(part.text()).isEqualTo("our");
                assertThat(part.end()).isEqualTo(End.CLEAN);
                assertThat(part.header("Streamer-From")).isEqualTo("1");
                assertThat(part.header("Streamer-Next")).isEqualTo("4");
                assertThat(part.headers("Streamer-Ended")).isEmpty();
            }
            puppet.tell("exit 3");
            first.end();
            server.awaitNoRun();
            try (var part = server.get(output)) {
                assertThat(part.text()).isEqualTo("four");
                assertThat(part.end()).as("though the run ended badly").isEqualTo(End.CLEAN);
                assertThat(part.header("Streamer-Ended")).isEqualTo("exit");
                assertThat(part.header("Streamer-Exit-Code")).isEqualTo("3");
            }
            try (var part = server.get(output + "&from=4")) {
                assertThat(part.status()).isEqualTo(200);
                assertThat(part.text()).isEmpty();
                assertThat(part.end()).isEqualTo(End.CLEAN);
            }
            try (var events = server.get(output, EVENTS)) {
                assertThat(events.header("Content-Type")).isEqualTo("text/event-stream");
                assertThat(events.text()).doesNotContain("event: exit");
                assertThat(events.end()).isEqualTo(End.CLEAN);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0, ''",
        "1, c",
        "2, b|c",
        "3, a|b|c",
        "4, a|b|c",
        "999999999999999999, a|b|c",
    })
    void theLastLines(String lines, String expected) throws IOException {
        try (var server = keeping(Commands.sh("echo a; echo b; printf c")).start()) {
            var output = ended(server);
            try (var client = server.get(output + "?tail=" + lines);
                    var http2 = new Http2Client(server.address())) {
                assertThat(client.text()).isEqualTo(expected.replace('|', '\n'));
                assertThat(client.header("Streamer-From")).isEqualTo(Integer.toString(5 - expected.length()));
                assertThat(http2.get(output + "?follow=0&tail=" + lines).text()).isEqualTo(expected.replace('|', '\n'));
            }
        }
    }

    @Test
    void theLastLinesAndOn() throws IOException {
        try (var puppet = new Puppet();
                var server = keeping(puppet.command()).start();
                var first = server.get("/")) {
            puppet.tell("printf 'one\\ntwo\\n'");
            first.piece();
            try (var second = server.get(first.header("Content-Location") + "?tail=1")) {
                assertThat(second.piece()).isEqualTo("two\n");
                puppet.tell("echo three; exit 0");
                assertThat(second.text()).isEqualTo("three\n");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "from=5, 416, The output has 4 bytes",
        "from=999999999999999999, 416, The output has 4 bytes",
        "from=1&tail=1, 400, not both",
        "from=1&from=1, 400, one number",
        "tail=1&tail=2, 400, one number",
        "from=-1, 400, one number",
        "from=, 400, one number",
        "from, 400, one number",
        "from=1e3, 400, one number",
        "from=0x1, 400, one number",
        "from=+1, 400, one number",
        "from=%201, 400, one number",
        "from=1000000000000000000, 400, one number",
        "tail=x, 400, one number",
        "follow=2, 400, follow is 0 or 1",
        "follow=no, 400, one number",
    })
    void aPartThatIsNotThereIsTold(String query, int status, String line) throws IOException {
        try (var server = keeping(Commands.printing("four")).start();
                var client = server.get(ended(server) + "?" + query)) {
            assertThat(client.status()).isEqualTo(status);
            assertThat(client.text()).contains(line);
        }
    }

    /** A range is not what resumes; but a whole download of a failed run must not look complete. */
    @Test
    void rangesAreIgnored() throws IOException {
        try (var server = keeping(Commands.sh("printf four; exit 3")).start()) {
            var output = ended(server);
            try (var part = server.get(output, "Range: bytes=2-");
                    var whole = server.get(output, "Range: bytes=4-")) {
                assertThat(part.status()).isEqualTo(200);
                assertThat(part.text()).isEqualTo("four");
                assertThat(whole.status()).isEqualTo(500);
            }
        }
    }

    @Test
    void whatIsNotKeptAnyMoreIsTold() throws IOException {
        var lines = 20_000; // of 8 bytes
        try (var server =
                keeping(Commands.sh("seq -f %07.0f " + lines)).keepBytes(KEPT).start()) {
            var output = ended(server);
            var first = 0L;
            try (var whole = server.get(output)) {
                first = Long.parseLong(whole.header("Streamer-From"));
                assertThat(first).isBetween(8L * lines - KEPT, 8L * lines - KEPT * 15 / 16);
                assertThat(whole.bytes()).hasSize((int) (8L * lines - first));
                assertThat(whole.end()).isEqualTo(End.CLEAN);
            }
            try (var gone = server.get(output + "?from=" + (first - 1));
                    var kept = server.get(output + "?from=" + first);
                    var events = server.get(output + "?from=8", EVENTS);
                    var resumed = server.get("/", EVENTS, "Last-Event-ID: " + run(output) + ":16");
                    var tail = server.get(output + "?tail=" + lines);
                    var status = server.get(output.replace("/output", ""))) {
                assertThat(gone.status()).isEqualTo(410);
                assertThat(gone.text()).contains("The first byte that is kept is " + first + ".");
                assertThat(kept.bytes()).hasSize((int) (8L * lines - first));
                assertThat(events.text()).startsWith(gap(8, first, output)).contains("data: 0020000\n");
                assertThat(events.header("Streamer-From")).isEqualTo(Long.toString(first));
                assertThat(resumed.text()).startsWith(gap(16, first, output));
                assertThat(tail.header("Streamer-From")).isEqualTo(Long.toString(first));
                assertThat(status.text()).contains("\"from\":" + first + ",\"next\":" + 8 * lines);
            }
        }
    }

    /** What there is at the moment that it is asked for ends, though there is more at each further moment. */
    @Test
    void aPartOfWhatGrowsQuicklyEnds() throws IOException {
        try (var server = keeping(Commands.sh("yes")).keepBytes(64 * 1024).start();
                var first = server.get("/", "Prefer: respond-async")) {
            var output = first.header("Location") + "/output";
            Wait.until("bytes have been dropped", () -> {
                try (var client = server.get(output + "?from=0")) {
                    return client.status() == 410;
                }
            });
            for (var i = 0; i < 30; i++) {
                for (var query : List.of("?tail=0&follow=0", "?tail=1&follow=0", "?tail=9&follow=0", "?follow=0")) {
                    try (var client = server.get(output + query)) {
                        assertThat(client.status()).as(query).isIn(200, 410); // dropped before they were read
                        client.text();
                        client.end();
                    }
                }
            }
            server.connect().request("DELETE", first.header("Location")).text();
            server.awaitNoRun();
        }
    }

    /** Clients that are gone before they are answered hold nothing of their run. */
    @Test
    void whoResetsAtOnceIsForgotten() throws IOException {
        try (var puppet = new Puppet();
                var server = keeping(puppet.command()).start();
                var first = server.get("/", "Prefer: respond-async")) {
            var before = followers();
            for (var i = 0; i < MANY; i++) {
                try (var client = server.connect()) {
                    client.request("GET", first.header("Location") + "/output", "Accept: text/event-stream")
                            .reset();
                }
            }
            Wait.until("nobody is left", () -> followers() < before + MANY / 10);
            puppet.tell("exit 0");
        }
    }

    /** How many there are on the heap that are in use. */
    private static long followers() throws IOException {
        var jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        var pid = Long.toString(ProcessHandle.current().pid());
        return Tool.run(jcmd, pid, "GC.class_histogram")
                .out()
                .lines()
                .filter(line -> line.endsWith(" " + Follower.class.getName()))
                .mapToLong(line -> Long.parseLong(line.strip().split("\\s+", 3)[1]))
                .sum();
    }

    private static String run(String output) {
        return output.replaceFirst("/-/runs/(\\w+)/output", "$1");
    }

    private static String gap(long from, long to, String output) {
        var run = run(output);
        return "event: gap\ndata: {\"from\":" + from + ",\"to\":" + to + "}\nid: " + run + ":" + to + "\n\n";
    }

    @Test
    void headTellsTheSameAndNothingMore() throws IOException {
        try (var server = keeping(Commands.sh("printf four; exit 3")).start()) {
            var output = ended(server);
            try (var head = server.connect().request("HEAD", output + "?from=1");
                    var part = server.connect().request("HEAD", output + "?follow=0");
                    var events = server.connect().request("HEAD", output, EVENTS);
                    var beyond = server.connect().request("HEAD", output + "?from=5")) {
                assertThat(head.status()).isEqualTo(200);
                assertThat(head.header("Streamer-From")).isEqualTo("1");
                assertThat(head.header("Content-Type")).startsWith("text/plain");
                assertThat(head.bytes()).isEmpty();
                assertThat(part.header("Streamer-Next")).isEqualTo("4");
                assertThat(part.header("Streamer-Exit-Code")).isEqualTo("3");
                assertThat(events.header("Content-Type")).isEqualTo("text/event-stream");
                assertThat(beyond.status()).isEqualTo(416);
                head.next().request("GET", output);
                assertThat(head.text()).as("the connection lives on").isEqualTo("four");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "PATCH"})
    void otherMethodsAreRefused(String method) throws IOException {
        try (var server = keeping(Commands.printing("x")).start()) {
            var output = ended(server);
            try (var client = server.connect().request(method, output);
                    var options = server.connect().request("OPTIONS", output)) {
                assertThat(client.status()).isEqualTo(405);
                assertThat(client.header("Allow")).isEqualTo("GET, HEAD, DELETE, OPTIONS");
                assertThat(options.status()).isEqualTo(204);
                assertThat(options.header("Allow")).isEqualTo("GET, HEAD, DELETE, OPTIONS");
            }
        }
    }

    @Test
    void whatIsNotKeptIsNotFound() throws IOException {
        assumeThat(Boolean.getBoolean("streamer.keep")).isFalse(); // all is
        try (var keeps = keeping(Commands.printing("x")).start();
                var unknown = keeps.get("/-/runs/" + "0".repeat(32) + "/output");
                var keepsNot = TestServer.of(Commands.printing("x")).start();
                var run = keepsNot.get("/")) {
            assertThat(unknown.status()).isEqualTo(404);
            assertThat(unknown.text()).contains("No such run");
            run.end();
            assertThat(run.headers("Content-Location")).isEmpty();
            try (var output = keepsNot.get("/-/runs/" + run.header("Streamer-Run") + "/output")) {
                assertThat(output.status()).isEqualTo(404);
                assertThat(output.text()).contains("--keep");
            }
        }
    }

    @Test
    void whatIsForgottenIsNotFound() throws IOException {
        try (var server = TestServer.of(Commands.printing("x"))
                .keep(Duration.ofMillis(100))
                .start()) {
            var output = ended(server);
            Wait.until("its time is over", () -> {
                try (var client = server.get(output)) {
                    return client.status() == 404 && client.text().contains("not kept any more");
                }
            });
        }
    }

    @Test
    void deleteForgetsTheOutputOfAnEndedRun() throws IOException {
        try (var puppet = new Puppet();
                var server = keeping(puppet.command()).start();
                var first = server.get("/")) {
            puppet.tell("printf four");
            first.piece();
            var output = first.header("Content-Location");
            try (var client = server.connect().request("DELETE", output)) {
                assertThat(client.status()).isEqualTo(409);
                assertThat(client.text()).contains("DELETE " + output.replace("/output", ""));
                puppet.tell("exit 0");
                assertThat(first.end()).isEqualTo(End.CLEAN);
                server.awaitNoRun();
                assertThat(client.next().request("DELETE", output).status()).isEqualTo(204);
                assertThat(client.next().request("GET", output).status()).isEqualTo(404);
                client.end();
                assertThat(client.next().request("DELETE", output).status()).isEqualTo(404);
                client.end();
                client.next().request("GET", output.replace("/output", ""));
                assertThat(client.text()).contains("\"state\":\"ended\"");
            }
        }
    }

    /** Where bytes are added to the stream of the command's own path, to fill its silence, none are added here. */
    @Test
    void itHasNoHeartbeats() throws IOException {
        try (var puppet = new Puppet();
                var server = keeping(puppet.command())
                        .heartbeat(Duration.ofMillis(30), "*")
                        .start();
                var first = server.get("/")) {
            puppet.tell("printf one");
            assertThat(first.piece()).isEqualTo("one");
            try (var second = server.get(first.header("Content-Location"))) {
                assertThat(second.piece()).isEqualTo("one");
                assertThat(first.piece()).isEqualTo("*");
                assertThat(first.piece()).isEqualTo("*");
                puppet.tell("exit 0");
                assertThat(second.text()).isEmpty();
            }
        }
    }
}
