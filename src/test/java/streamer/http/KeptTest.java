package streamer.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import streamer.testing.Commands;
import streamer.testing.Http2Client;
import streamer.testing.NothingLeft;
import streamer.testing.Puppet;
import streamer.testing.StreamClient;
import streamer.testing.StreamClient.End;
import streamer.testing.TestServer;
import streamer.testing.Wait;

/** A kept run, the client that has started it, and those who watch it. */
@ExtendWith(NothingLeft.class)
class KeptTest {
    /** What is kept of a run, at the least that may be said. */
    private static final int KEPT = 64 * 1024;

    /** More than the sockets between a slow client and the server hold. */
    private static final int LONG = 20_000_000;

    @TempDir
    private Path directory;

    private static TestServer.Setup keeping(List<String> command) {
        return TestServer.of(command).keep(Duration.ofHours(1)).statusWait(Duration.ofMillis(50));
    }

    private static String path(StreamClient client) throws IOException {
        return "/-/runs/" + client.header("Streamer-Run");
    }

    private static String output(StreamClient client) throws IOException {
        return path(client) + "/output";
    }

    private static String status(TestServer server, String path) throws IOException {
        try (var client = server.get(path)) {
            return client.text();
        }
    }

    private static void awaitStatus(TestServer server, String path, String part) {
        Wait.until(part, () -> status(server, path).contains(part));
    }

    @Test
    void itGoesOnWithoutItsClient() throws IOException {
        try (var puppet = new Puppet();
                var server = keeping(puppet.command()).start()) {
            var first = server.get("/");
            puppet.tell("echo one");
            assertThat(first.piece()).isEqualTo("one\n");
            first.close();
            assertThat(server.accessLine("client-gone"))
                    .contains("GET / 200 4B")
                    .contains("exit=- ended=client-gone");
            assertThat(status(server, path(first))).contains("\"state\":\"running\"", "\"viewers\":0");
            puppet.tell("echo two");
            try (var second = server.get(output(first))) {
                puppet.tell("exit 0");
                assertThat(second.text()).isEqualTo("one\ntwo\n");
            }
            assertThat(server.accessLine("/output 200 8B")).contains("exit=0 ended=exit");
        }
    }

    @Test
    void itGoesOnWithoutItsClientOnHttp2() throws IOException {
        try (var puppet = new Puppet();
                var server = keeping(puppet.command()).start();
                var client = new Http2Client(server.address())) {
            puppet.tell("echo one");
            var stream = client.get("/");
            assertThat(stream.piece()).isEqualTo("one\n");
            stream.reset();
            server.accessLine("client-gone");
            puppet.tell("echo two; exit 0");
            assertThat(client.get(String.valueOf(stream.header("Content-Location")))
                            .text())
                    .isEqualTo("one\ntwo\n");
        }
    }

    @Test
    void itGoesOnWithoutItsClientOnceItsBodyIsWhole() throws IOException {
        try (var server = keeping(Commands.sh("wc -c; exec sleep 0.2")).start()) {
            String output;
            try (var client = server.connect()) {
                client.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 300000\r\n\r\n")
                        .send(new byte[300_000]);
                assertThat(client.piece()).contains("300000");
                output = output(client);
            }
            try (var other = server.get(output)) {
                assertThat(other.text()).contains("300000");
                assertThat(other.end()).isEqualTo(End.CLEAN);
            }
        }
    }

    @Test
    void itIsStoppedWhenItsClientLeavesBeforeThat() throws IOException {
        try (var server = keeping(Commands.echoing()).start()) {
            String path;
            try (var client = server.connect()) {
                client.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhello");
                assertThat(client.piece()).isEqualTo("hello");
                path = path(client);
            }
            awaitStatus(server, path, "\"ended\":\"client-gone\"");
            try (var http2 = new Http2Client(server.address())) {
                var stream = http2.post("/");
                stream.send(new byte[] {'h', 'i'});
                assertThat(stream.piece()).isEqualTo("hi");
                path = "/-/runs/" + stream.header("Streamer-Run");
                stream.reset();
                awaitStatus(server, path, "\"ended\":\"client-gone\"");
            }
            try (var other = server.get(path + "/output")) {
                assertThat(other.text()).as("what there is, is kept").isEqualTo("hi");
                assertThat(other.end()).isEqualTo(End.BROKEN_OFF);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void itIsNotLaunchedWhenItsClientLeavesTheQueue(boolean isHttp2) throws IOException {
        try (var puppet = new Puppet();
                var server =
                        keeping(puppet.command()).maxRuns(1).queue(1).openList().start();
                var first = server.get("/")) {
            puppet.tell("echo one");
            first.piece();
            try (var gone = isHttp2 ? null : server.get("/");
                    var http2 = isHttp2 ? new Http2Client(server.address()) : null) {
                if (http2 != null) {
                    http2.send("/");
                }
                Wait.until("it waits", () -> server.runs().waiting() == 1);
                assertThat(gone == null || !gone.hasMore()).isTrue();
            }
            assertThat(server.accessLine("ended=client-gone")).contains(" exit=- ");
            Wait.until("it does not wait", () -> server.runs().waiting() == 0);
            puppet.tell("exit 0");
            assertThat(first.end()).isEqualTo(End.CLEAN);
            assertThat(status(server, "/-/runs")).contains("\"ended\":\"client-gone\",\"code\":null,\"started\":null");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "Transfer-Encoding: chunked, nonsense, 400, malformed-body",
        "Transfer-Encoding: chunked, 3e8, 413, body-too-large",
        "Content-Length: 10, hello, 408, slow-body",
    })
    void aBadBodyStopsIt(String header, String body, int status, String reason) throws IOException {
        try (var server = keeping(Commands.sh("cat >/dev/null; sleep 1000"))
                        .statusWait(Duration.ofMinutes(1))
                        .maxBody(900)
                        .pace(Duration.ofMillis(100), 1_000)
                        .openList()
                        .start();
                var client = server.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: localhost\r\n" + header + "\r\n\r\n" + body + "\r\n");
            if (status == 413) {
                client.send(new byte[1_000]);
            }
            assertThat(client.status()).isEqualTo(status);
            assertThat(client.header("Streamer-Run")).isNotEmpty();
            awaitStatus(server, path(client), "\"state\":\"ended\",\"ended\":\"" + reason + "\"");
        }
    }

    @Test
    void aSlowClientThatHasStartedItGetsEveryByte() throws Exception {
        var command = Commands.sh("yes 0123456789abcde | head -c " + LONG);
        try (var server = keeping(command).keepBytes(KEPT).start();
                var slow = new StreamClient(server.address(), 4096).request("GET", "/")) {
            awaitStandstill(server, path(slow));
            for (var i = 0; i < 10; i++) { // others do not hold it, nor do they hurry it
                try (var other = server.get(output(slow))) {
                    assertThat(other.piece()).isNotEmpty();
                }
            }
            awaitStandstill(server, path(slow));
            var lines = new boolean[] {true};
            var count = slow.copyTo(new OutputStream() {
                private int at;

                @Override
                public void write(int one) {
                    lines[0] &= one == "0123456789abcde\n".charAt(at++ % 16);
                }
            });
            assertThat(count).isEqualTo(LONG);
            assertThat(lines[0]).isTrue();
            assertThat(slow.end()).isEqualTo(End.CLEAN);
        }
    }

    /** The command stands still: it waits for somebody who does not read. */
    private static void awaitStandstill(TestServer server, String path) {
        var last = new String[] {""};
        var same = new int[1];
        Wait.until("the command stands still", () -> {
            var next = status(server, path).replaceFirst("(?s).*\"next\":(\\d+).*", "$1");
            same[0] = next.equals(last[0]) && !next.equals("0") ? same[0] + 1 : 0;
            last[0] = next;
            return same[0] == 40;
        });
        assertThat(Integer.parseInt(last[0])).isLessThan(LONG);
    }

    @Test
    void itDoesNotWaitForAClientThatHasLeft() throws IOException {
        var command = Commands.sh("yes 0123456789abcde | head -c " + LONG);
        try (var server = keeping(command).keepBytes(KEPT).start()) {
            String path;
            try (var slow = new StreamClient(server.address(), 4096).request("GET", "/")) {
                path = path(slow);
                awaitStandstill(server, path);
            }
            awaitStatus(server, path, "\"ended\":\"exit\",\"code\":0");
            assertThat(status(server, path)).contains("\"next\":" + LONG);
        }
    }

    @Test
    void itDoesNotWaitForOthersWhoAreCutOffWhenTheyFallBehind() throws IOException {
        var script = "echo go; read -r line; yes 0123456789abcde | head -c " + LONG;
        try (var server = keeping(Commands.sh(script)).keepBytes(KEPT).start();
                var first = server.connect()) {
            first.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\n");
            assertThat(first.piece()).isEqualTo("go\n");
            try (var stalled = new StreamClient(server.address(), 4096).request("GET", output(first))) {
                assertThat(stalled.piece()).isEqualTo("go\n");
                first.send("\n");
                assertThat(first.copyTo(OutputStream.nullOutputStream())).isEqualTo(LONG);
                assertThat(first.end()).isEqualTo(End.CLEAN);
                var read = 3 + stalled.copyTo(OutputStream.nullOutputStream());
                assertThat(stalled.end()).isNotEqualTo(End.CLEAN);
                assertThat(read).isLessThan(LONG);
                assertThat(server.accessLine("/output 200")).contains("exit=- ended=behind");
                try (var again = server.get(output(first) + "?from=" + read)) {
                    assertThat(again.status()).isEqualTo(410);
                }
            }
        }
    }

    @Test
    void itWaitsForNobodyWhereRunsAreShared() throws IOException {
        try (var puppet = new Puppet();
                var server = keeping(puppet.command()).keepBytes(KEPT).share().start();
                var stalled = new StreamClient(server.address(), 4096).request("GET", "/")) {
            puppet.tell("echo go");
            assertThat(stalled.piece()).isEqualTo("go\n"); // who falls behind before that gets a 410
            puppet.tell("yes 0123456789abcde | head -c " + LONG + "; exit 0");
            awaitStatus(server, path(stalled), "\"ended\":\"exit\"");
            assertThat(3 + stalled.copyTo(OutputStream.nullOutputStream())).isLessThan(LONG);
            assertThat(stalled.end()).isNotEqualTo(End.CLEAN);
            assertThat(server.accessLine("GET / 200")).contains("ended=behind");
        }
    }

    @Test
    void whoTakesNothingForTooLongIsCutOffAndItGoesOn() throws IOException {
        var command = Commands.sh("yes 0123456789abcde | head -c " + LONG);
        try (var server = keeping(command)
                        .keepBytes(KEPT)
                        .writeTimeout(Duration.ofMillis(300))
                        .start();
                var stalled = new StreamClient(server.address(), 4096).request("GET", "/")) {
            awaitStatus(server, path(stalled), "\"ended\":\"exit\",\"code\":0");
            assertThat(server.accessLine("GET / 200")).contains("exit=- ended=write-timeout");
        }
    }

    /** Also where the socket has taken all of a turn and no more: then there is nothing of which it left a part. */
    @Test
    void whoTakesNothingIsCutOffWhereverItsSocketIsFull() throws IOException {
        var command = Commands.sh("yes 0123456789abcde | head -c " + LONG);
        try (var server = keeping(command).writeTimeout(Duration.ofMillis(300)).start();
                var starter = server.get("/", "Prefer: respond-async")) {
            var path = path(starter);
            awaitStatus(server, path, "\"ended\":\"exit\"");
            var stalled = new ArrayList<StreamClient>();
            try {
                for (var i = 0; i < 24; i++) {
                    stalled.add(new StreamClient(server.address(), 4096)
                            .request("GET", path + "/output?from=" + i * 8_000));
                }
                Wait.until(
                        "all are cut off",
                        () -> server.accessLines().stream()
                                        .filter(line -> line.contains("ended=write-timeout"))
                                        .count()
                                == stalled.size());
            } finally {
                for (var client : stalled) {
                    client.close();
                }
            }
        }
    }

    @Test
    void itIsStoppedWhenNobodyHasWatchedItForTooLong() throws IOException {
        try (var server = keeping(Commands.sh("echo ready; exec sleep 1000"))
                .unwatched(Duration.ofMillis(300))
                .start()) {
            String path;
            try (var first = server.get("/")) {
                path = path(first);
                first.piece();
                try (var second = server.get(path + "/output")) {
                    second.piece();
                    Wait.until("longer than that has passed", () -> millis(server, path) > 600);
                    assertThat(status(server, path)).contains("\"state\":\"running\"", "\"viewers\":2");
                }
            }
            awaitStatus(server, path, "\"viewers\":0");
            var left = millis(server, path);
            awaitStatus(server, path, "\"ended\":\"unwatched\"");
            server.awaitNoRun();
            assertThat(millis(server, path) - left)
                    .as("it counts from the last one that left")
                    .isGreaterThan(200);
        }
    }

    private static long millis(TestServer server, String path) throws IOException {
        return Long.parseLong(status(server, path).replaceFirst("(?s).*\"millis\":(\\d+).*", "$1"));
    }

    @Test
    void itIsNotStoppedWhenSomebodyComesBackInTime() throws IOException {
        try (var puppet = new Puppet();
                var server = keeping(puppet.command())
                        .unwatched(Duration.ofSeconds(1))
                        .start()) {
            puppet.tell("echo ready");
            var path = "/";
            for (var i = 0; i < 3; i++) {
                try (var client = server.get(path)) {
                    client.piece();
                    path = output(client);
                    var run = path(client);
                    var seen = millis(server, run);
                    Wait.until("time passes", () -> millis(server, run) > seen + 500);
                }
            }
            try (var client = server.get(path)) {
                client.piece();
                puppet.tell("exit 0");
                assertThat(client.end()).isEqualTo(End.CLEAN);
            }
        }
    }

    @Test
    void whoAskedForNoStreamNeedNotWatchIt() throws IOException {
        try (var server = keeping(Commands.silent())
                        .unwatched(Duration.ofMillis(100))
                        .start();
                var client = server.get("/", "Prefer: respond-async")) {
            assertThat(client.status()).isEqualTo(202);
            var path = path(client);
            try (var viewer = server.get(path + "/output")) {
                assertThat(viewer.status()).isEqualTo(200);
            }
            awaitStatus(server, path, "\"viewers\":0");
            Wait.until("longer than that has passed", () -> millis(server, path) > 500);
            assertThat(status(server, path)).contains("\"state\":\"running\"");
        }
    }

    @Test
    void deleteStopsItForAllWhoWatch() throws Exception {
        try (var server = keeping(Commands.sh("trap 'echo last; exit 3' TERM; echo ready; sleep 1000 & wait"))
                        .start();
                var first = server.get("/")) {
            first.piece();
            try (var second = server.get(output(first));
                    var one = server.connect();
                    var two = server.connect()) {
                second.piece();
                var path = path(first);
                var both = List.of(
                        CompletableFuture.supplyAsync(() -> delete(one, path)),
                        CompletableFuture.supplyAsync(() -> delete(two, path)));
                assertThat(both)
                        .extracting(answer -> answer.get(Wait.LONG.toSeconds(), TimeUnit.SECONDS))
                        .contains(202)
                        .isSubsetOf(202, 204);
                for (var viewer : List.of(first, second)) {
                    assertThat(viewer.text()).isEqualTo("last\n");
                    assertThat(viewer.end()).isEqualTo(End.BROKEN_OFF);
                }
                awaitStatus(server, path, "\"state\":\"ended\",\"ended\":\"stop\",\"code\":3");
                assertThat(delete(one.next(), path)).isEqualTo(204);
                try (var output = server.get(path + "/output")) {
                    assertThat(output.text()).isEqualTo("ready\nlast\n");
                }
            }
        }
    }

    private static int delete(StreamClient client, String path) {
        try {
            var status = client.request("DELETE", path).status();
            client.end();
            return status;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void deleteStopsItInTheQueueAndWhileItIsBeingStopped() throws IOException {
        try (var server = keeping(Commands.ignoringTerm())
                        .killAfter(Duration.ofMinutes(10))
                        .maxRuns(1)
                        .queue(1)
                        .start();
                var first = server.get("/");
                var client = server.connect()) {
            assertThat(first.piece()).isEqualTo("ready\n");
            try (var queued = server.get("/", "Accept: text/event-stream")) {
                assertThat(status(server, path(queued))).contains("\"state\":\"queued\"");
                assertThat(delete(client, path(queued))).isEqualTo(202);
                assertThat(queued.text()).contains("event: exit", "\"ended\":\"stop\"");
                awaitStatus(server, path(queued), "\"state\":\"ended\",\"ended\":\"stop\"");
                Wait.until(
                        "it is kept no more",
                        () -> status(server, output(queued)).contains("not kept any more"));
            }
            assertThat(delete(client.next(), path(first))).isEqualTo(202);
            awaitStatus(server, path(first), "\"state\":\"stopping\"");
            assertThat(delete(client.next(), path(first))).isIn(202, 204);
            server.runs().killNow();
            assertThat(first.end()).isEqualTo(End.BROKEN_OFF);
        }
    }

    @Test
    void eachViewerHasOneAccessLineAndEachRunOneLine() throws IOException {
        var lines = Collections.synchronizedList(new ArrayList<String>());
        var log = Logger.getLogger("streamer.http.Recording");
        var handler = new Handler() {
            @Override
            public void publish(LogRecord line) {
                lines.add(new SimpleFormatter().formatMessage(line));
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        log.addHandler(handler);
        try (var server = keeping(Commands.sh("printf four; exit 3")).start();
                var first = server.get("/")) {
            first.end();
            server.awaitNoRun();
            for (var i = 0; i < 2; i++) {
                try (var again = server.get(output(first))) {
                    again.end();
                }
            }
            try (var gone = server.get(output(first) + "?from=4")) {
                assertThat(gone.status()).isEqualTo(500);
            }
            Wait.until("all have a line", () -> server.accessLines().size() == 4);
            var run = first.header("Streamer-Run");
            assertThat(server.accessLines()).allMatch(line -> line.endsWith(" exit=3 ended=exit run=" + run));
            assertThat(server.accessLines()) // in no order: two threads write them when their clients have the end
                    .filteredOn(line -> line.contains(" 200 4B "))
                    .hasSize(3);
            assertThat(lines).singleElement().asString().matches("run " + run + ": exit=3 ended=exit, 4B in \\d+ms");
        } finally {
            log.removeHandler(handler);
        }
    }

    @Test
    void viewersLeaveConnectionsToOthers() throws IOException {
        try (var server = keeping(Commands.sh("echo ready; exec sleep 1000"))
                        .maxConnections(16)
                        .start();
                var first = server.get("/")) {
            first.piece();
            var viewers = new ArrayList<StreamClient>();
            for (var i = 1; i < 14; i++) {
                viewers.add(server.get(output(first)));
                assertThat(viewers.get(i - 1).piece()).isEqualTo("ready\n");
            }
            try (var tooMany = server.get(output(first));
                    var newRun = server.connect()) {
                assertThat(tooMany.status()).isEqualTo(503);
                assertThat(tooMany.header("Retry-After")).isNotEmpty();
                tooMany.end();
                assertThat(newRun.request("GET", "/").piece())
                        .as("who starts a run")
                        .isEqualTo("ready\n");
                assertThat(delete(tooMany.next(), path(first))).isEqualTo(202);
            }
            for (var viewer : viewers) {
                assertThat(viewer.end()).isEqualTo(End.BROKEN_OFF);
                viewer.close();
            }
        }
    }

    @Test
    void whoReadsWhenTheServerClosesIsBrokenOff() throws IOException {
        var command = Commands.sh("yes 0123456789abcde | head -c " + LONG);
        try (var server = keeping(command).start()) {
            String output;
            try (var first = server.get("/")) {
                first.end();
                output = output(first);
            }
            try (var slow = new StreamClient(server.address(), 4096).request("GET", output)) {
                slow.piece();
                server.shutDown();
                assertThat(slow.end()).isNotEqualTo(End.CLEAN);
                assertThat(server.accessLine("/output 200")).contains("ended=shutdown");
            }
        }
    }

    @Test
    void outputsAreToldWhileTheServerDrains() throws IOException {
        try (var puppet = new Puppet();
                var server = keeping(puppet.command()).start();
                var first = server.get("/")) {
            puppet.tell("echo one");
            first.piece();
            server.runs().signalled(15);
            try (var second = server.get(output(first));
                    var refused = server.get("/")) {
                assertThat(second.piece()).isEqualTo("one\n");
                assertThat(refused.status()).isEqualTo(503);
                puppet.tell("echo two; exit 0");
                assertThat(second.text()).isEqualTo("two\n");
            }
        }
    }

    @Test
    void whatCannotBeLaunchedIsNotKept() throws IOException {
        var script = Files.writeString(directory.resolve("script"), "#!/bin/sh\n");
        assertThat(script.toFile().setExecutable(true)).isTrue();
        try (var server = keeping(List.of(script.toString())).start();
                var client = server.connect()) {
            Files.delete(script);
            client.request("GET", "/");
            assertThat(client.status()).isEqualTo(500);
            assertThat(client.text()).contains("cannot be launched");
            server.awaitNoRun();
            try (var output = server.get(output(client))) {
                assertThat(output.status()).isEqualTo(404);
            }
        }
    }
}
