package streamer.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
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
import streamer.testing.Wait;

/** {@code /-/runs}, and what is below it. */
@ExtendWith(NothingLeft.class)
class RunsTest {
    @TempDir
    private Path directory;

    private static final String TIME = "\"\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z\"";
    /** As many as one connection may have. */
    private static final int STREAMS = 100;

    private static final String LAST_WORDS = "trap 'echo last; exit 3' TERM; echo ready; sleep 1000 & wait";

    private static String run(StreamClient client) throws IOException {
        return client.header("Streamer-Run");
    }

    private static String status(TestServer server, String run) throws IOException {
        try (var client = server.get("/-/runs/" + run)) {
            assertThat(client.status()).isEqualTo(200);
            assertThat(client.header("Content-Type")).isEqualTo("application/json");
            assertThat(client.header("Cache-Control")).isEqualTo("no-store");
            return client.text();
        }
    }

    @Test
    void aRunHasAStatus() throws IOException {
        try (var puppet = new Puppet();
                var server = TestServer.of(puppet.command()).path("/*").start();
                var client = server.get("/jobs/%C3%A9?a=%22b%22")) {
            puppet.tell("echo first");
            assertThat(client.piece()).isEqualTo("first\n");
            assertThat(status(server, run(client)))
                    .matches(
                            Pattern.compile(
                                    "\\{\"run\":\"" + run(client)
                                            + "\",\"state\":\"running\",\"ended\":null,\"code\":null,\"started\":"
                                            + TIME
                                            + ",\"finished\":null,\"millis\":\\d+,\"holds\":null,\"method\":\"GET\","
                                            + "\"path\":\"/jobs/\\\\u00e9\"(,\"from\":0,\"next\":6,\"viewers\":1)?\\}\n")); // if it is kept
            puppet.tell("exit 3");
            assertThat(client.end()).isEqualTo(End.BROKEN_OFF);
            assertThat(status(server, run(client)))
                    .contains("\"state\":\"ended\",\"ended\":\"exit\",\"code\":3,\"started\":\"");
            server.awaitNoRun();
            assertThat(status(server, run(client))).matches(Pattern.compile("(?s).*\"finished\":" + TIME + ".*"));
        }
    }

    @Test
    void deleteStopsARun() throws IOException {
        try (var server = TestServer.of(Commands.sh(LAST_WORDS)).start();
                var client = server.get("/")) {
            assertThat(client.piece()).isEqualTo("ready\n");
            var path = "/-/runs/" + run(client);
            try (var stop = server.connect().request("DELETE", path)) {
                assertThat(stop.status()).isEqualTo(202);
                assertThat(stop.text()).contains("\"state\":\"stopping\"");
            }
            assertThat(client.piece()).isEqualTo("last\n");
            assertThat(client.end()).isEqualTo(End.BROKEN_OFF);
            assertThat(server.accessLine("GET / ")).contains("exit=3 ended=stop");
            Wait.until(
                    "it is over",
                    () -> status(server, run(client)).contains("\"state\":\"ended\",\"ended\":\"stop\",\"code\":3"));
            try (var again = server.connect().request("DELETE", path)) {
                assertThat(again.status()).isEqualTo(204);
            }
        }
    }

    /** Its end is decided, but not over while its processes are there, and its slot is held. */
    @Test
    void itIsBeingStoppedUntilItsProcessesAreGone() throws IOException {
        var script = "(trap '' TERM; : >\"$1\"; exec sleep 1000) >/dev/null 2>&1 & echo up; wait";
        var ready = directory.resolve("ready");
        try (var server = TestServer.of(Commands.sh(script, ready.toString()))
                        .killAfter(Duration.ofMinutes(10))
                        .start();
                var client = server.get("/")) {
            assertThat(client.piece()).isEqualTo("up\n");
            Wait.until("TERM is ignored", () -> Files.exists(ready));
            try (var stop = server.connect().request("DELETE", "/-/runs/" + run(client))) {
                assertThat(stop.status()).isEqualTo(202);
            }
            assertThat(client.end()).isEqualTo(End.BROKEN_OFF);
            server.accessLine("ended=stop");
            assertThat(status(server, run(client))).contains("\"state\":\"stopping\",\"ended\":\"stop\"");
            server.runs().killNow();
            Wait.until("it is over", () -> status(server, run(client)).contains("\"state\":\"ended\""));
        }
    }

    /** Not a 503, after which clients ask again. */
    @Test
    void whoseRunIsStoppedInTheQueueIsToldThat() throws IOException {
        try (var puppet = new Puppet();
                var server = TestServer.of(puppet.command())
                        .maxRuns(1)
                        .queue(1)
                        .openList()
                        .start();
                var first = server.get("/");
                var second = server.connect()) {
            puppet.tell("echo first");
            assertThat(first.piece()).isEqualTo("first\n");
            second.request("GET", "/");
            Wait.until("it waits", () -> list(server).contains("\"state\":\"queued\""));
            var id = list(server).replaceFirst("(?s).*?\"run\":\"(\\w+)\",\"state\":\"queued\".*", "$1");
            try (var stop = server.connect().request("DELETE", "/-/runs/" + id)) {
                assertThat(stop.status()).isEqualTo(202);
            }
            assertThat(second.status()).isEqualTo(500);
            assertThat(second.text()).isEqualTo("The run was ended (stop) before it wrote anything.\n");
            assertThat(server.accessLine("ended=stop")).contains("exit=-");
            puppet.tell("exit 0");
            assertThat(first.end()).isEqualTo(End.CLEAN);
        }
    }

    @Test
    void oneThatWaitsInTheQueueIsNotLaunchedAfterItsStop() throws IOException {
        try (var puppet = new Puppet();
                var server = TestServer.of(puppet.command()).maxRuns(1).queue(1).start();
                var first = server.get("/");
                var second = server.connect()) {
            puppet.tell("echo first");
            assertThat(first.piece()).isEqualTo("first\n");
            second.request("GET", "/", "Accept: text/event-stream");
            var path = "/-/runs/" + run(second);
            assertThat(status(server, run(second))).contains("\"state\":\"queued\"", "\"started\":null");
            try (var stop = server.connect().request("DELETE", path)) {
                assertThat(stop.status()).isEqualTo(202);
            }
            assertThat(second.text()).contains("event: exit", "\"ended\":\"stop\"");
            puppet.tell("exit 0");
            assertThat(first.end()).isEqualTo(End.CLEAN);
        }
    }

    @Test
    void allAreListedTheNewestFirst() throws IOException {
        try (var server =
                TestServer.of(Commands.printing("x")).path("/*").openList().start()) {
            for (var i = 0; i < 3; i++) {
                try (var client = server.get("/" + i)) {
                    assertThat(client.text()).isEqualTo("x");
                }
            }
            server.awaitNoRun();
            assertThat(list(server))
                    .matches(Pattern.compile("(?s)\\[\\{.*\"path\":\"/2\".*\\},\n"
                            + "\\{.*\"path\":\"/1\".*\\},\n\\{.*\"path\":\"/0\".*\\}\\]\n"));
        }
    }

    private static String list(TestServer server) throws IOException {
        try (var client = server.get("/-/runs")) {
            assertThat(client.status()).isEqualTo(200);
            return client.text();
        }
    }

    @Test
    void longPathsAndOldEndingsAreForgotten() throws IOException {
        var command = Files.createSymbolicLink(directory.resolve("command"), Path.of("/bin/true"));
        try (var server =
                TestServer.of(List.of(command.toString())).path("/*").openList().start()) {
            Files.delete(command); // no process takes less time than one that ends at once
            for (var i = 0; i < 1_005; i++) {
                try (var client = server.get("/" + i + "/" + "x".repeat(5_000) + "?" + "y".repeat(5_000))) {
                    assertThat(client.status()).isEqualTo(500);
                }
            }
            server.awaitNoRun();
            Wait.until("only the last are listed", () -> list(server).lines().count() == 1_000);
            assertThat(list(server))
                    .contains("\"/1004/x", "\"/9/x") // a client has its answer before its run is at its end
                    .doesNotContain("\"/0/x")
                    .hasSizeLessThan(1_500_000);
        }
    }

    @Test
    void theListIsForThoseWhoSayWhoTheyAre() throws IOException {
        try (var server = TestServer.of(Commands.printing("x")).start();
                var client = server.get("/-/runs")) {
            assertThat(client.status()).isEqualTo(403);
            assertThat(client.text()).contains("--open-list", "STREAMER_TOKEN");
        }
        try (var server = TestServer.of(Commands.printing("x")).token("secret").start();
                var known = server.get("/-/runs", "Authorization: Bearer secret");
                var unknown = server.get("/-/runs");
                var alsoUnknown = server.get("/-/runs/" + "0".repeat(32))) {
            assertThat(known.text()).isEqualTo("[]\n");
            assertThat(unknown.status()).isEqualTo(401);
            assertThat(alsoUnknown.status()).isEqualTo(401);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /-/runs/0123456789abcdef0123456789abcdef, 404",
        "DELETE, /-/runs/0123456789abcdef0123456789abcdef, 404",
        "GET, /-/runs/, 404",
        "GET, /-/runs/a/b, 404",
        "GET, /-/other, 404",
        "POST, /-/runs, 405",
        "DELETE, /-/runs, 405",
        "PUT, /-/runs/x, 405",
        "HEAD, /-/runs, 200",
        "HEAD, /-/runs/x, 404",
        "OPTIONS, /-/runs, 204",
        "OPTIONS, /-/runs/x, 204",
    })
    void whatIsNotThereIsTold(String method, String path, int status) throws IOException {
        try (var server = TestServer.of(Commands.printing("x"))
                        .path("/*")
                        .openList()
                        .start();
                var client = server.connect().request(method, path)) {
            assertThat(client.status()).isEqualTo(status);
            if (status == 405 || status == 204) {
                assertThat(client.header("Allow"))
                        .isEqualTo("GET, HEAD, " + (path.endsWith("x") ? "DELETE, " : "") + "OPTIONS");
            }
        }
    }

    @Test
    void pagesOfAllowedSitesMayAskForARunTheyKnow() throws IOException {
        var origin = "Origin: https://good.example";
        try (var server = TestServer.of(Commands.sh(LAST_WORDS))
                        .openList()
                        .allowOrigin("https://good.example")
                        .start();
                var client = server.get("/", origin)) {
            assertThat(client.piece()).isEqualTo("ready\n");
            var path = "/-/runs/" + run(client);
            try (var preflight =
                            server.connect().request("OPTIONS", path, origin, "Access-Control-Request-Method: DELETE");
                    var list = server.get("/-/runs", origin);
                    var foreign = server.connect().request("DELETE", path, "Origin: https://evil.example");
                    var stop = server.connect().request("DELETE", path, origin)) {
                assertThat(preflight.header("Access-Control-Allow-Methods")).isEqualTo("GET, HEAD, DELETE, OPTIONS");
                assertThat(list.status()).isEqualTo(403);
                assertThat(foreign.status()).isEqualTo(403);
                assertThat(stop.status()).isEqualTo(202);
                assertThat(stop.header("Access-Control-Allow-Origin")).isEqualTo("https://good.example");
            }
        }
    }

    @Test
    void theyAreToldWhileTheServerDrains() throws IOException {
        try (var puppet = new Puppet();
                var server = TestServer.of(puppet.command()).start();
                var client = server.get("/")) {
            puppet.tell("echo first");
            var run = run(client);
            server.runs().signalled(15);
            assertThat(status(server, run)).contains("\"state\":\"running\"");
            puppet.tell("exit 0");
            assertThat(client.end()).isEqualTo(End.CLEAN);
        }
    }

    private static String waiting(StreamClient run, String time) throws IOException {
        return "/-/runs/" + run(run) + "?wait=" + time;
    }

    @Test
    void whoWaitsIsAnsweredWhenTheRunHasEnded() throws IOException {
        try (var puppet = new Puppet();
                var server = TestServer.of(puppet.command()).start();
                var client = server.get("/")) {
            puppet.tell("echo first");
            assertThat(client.piece()).isEqualTo("first\n");
            try (var waits = server.get(waiting(client, "25s"));
                    var http2 = new Http2Client(server.address())) {
                var stream = http2.send(waiting(client, "10m"));
                puppet.tell("sleep 0.2; exit 3");
                assertThat(waits.text()).contains("\"state\":\"ended\",\"ended\":\"exit\",\"code\":3");
                assertThat(stream.text()).contains("\"state\":\"ended\",\"ended\":\"exit\",\"code\":3");
                waits.next().request("GET", waiting(client, "25s"));
                assertThat(waits.text()).as("the connection lives on").contains("\"state\":\"ended\"");
            }
        }
    }

    @Test
    void whoWaitsIsAnsweredWhenTheTimeIsOver() throws IOException {
        try (var puppet = new Puppet();
                var server = TestServer.of(puppet.command()).start();
                var client = server.get("/")) {
            puppet.tell("echo first");
            var begin = System.nanoTime();
            try (var waits = server.get(waiting(client, "300ms"))) {
                assertThat(waits.text()).contains("\"state\":\"running\"");
                assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(299));
                waits.next().request("HEAD", waiting(client, "25s"));
                assertThat(waits.status()).isEqualTo(200);
                waits.next().request("GET", waiting(client, "0") + "&other=1");
                assertThat(waits.text()).contains("\"state\":\"running\"");
            }
            puppet.tell("exit 0");
            assertThat(client.end()).isEqualTo(End.CLEAN);
        }
    }

    @Test
    void requestsSentAheadAreAnsweredAfterTheOneThatWaits() throws IOException {
        try (var puppet = new Puppet();
                var server = TestServer.of(puppet.command()).start();
                var client = server.get("/")) {
            puppet.tell("echo first");
            try (var waits = server.get(waiting(client, "300ms"))) {
                waits.request("GET", "/-/health").request("GET", waiting(client, "25s"));
                assertThat(waits.text()).contains("\"state\":\"running\"");
                assertThat(waits.next().text()).isEqualTo("ok\n");
                puppet.tell("exit 0");
                assertThat(waits.next().text()).contains("\"state\":\"ended\"");
            }
            assertThat(client.end()).isEqualTo(End.CLEAN);
        }
    }

    /** So many at one time that some ask at the very end. */
    @Test
    void whoAsksWhileTheRunEndsIsAnsweredToo() throws IOException {
        try (var server = TestServer.of(Commands.sh("echo x; exec sleep 0.00$STREAMER_QUERY_N"))
                        .start();
                var client = server.connect()) {
            for (var i = 0; i < 100; i++) {
                try (var waits = new RawHttp2(server.address()).begin()) {
                    client.next().request("GET", "/?n=" + i % 5);
                    var path = waiting(client, "25s");
                    waits.send(IntStream.range(0, STREAMS)
                            .mapToObj(n -> RawHttp2.get(2 * n + 1, path))
                            .toArray(byte[][]::new));
                    for (var body : bodies(waits)) {
                        assertThat(body).contains("\"state\":\"ended\",\"ended\":\"exit\",\"code\":0");
                    }
                }
                assertThat(client.text()).isEqualTo("x\n");
            }
        }
    }

    /** Waits for the bodies of all streams of a connection. */
    private static List<String> bodies(RawHttp2 client) throws IOException {
        var bodies = new ArrayList<String>();
        while (bodies.size() < STREAMS) {
            var frame = client.answer();
            assertThat(frame).isNotNull();
            if (frame != null && frame.type() == FrameType.HEADERS) {
                assertThat(frame.status()).isEqualTo("200");
            } else if (frame != null && frame.payload().length > 0) {
                bodies.add(new String(frame.payload(), UTF_8));
            }
        }
        return bodies;
    }

    @ParameterizedTest
    @ValueSource(strings = {"wait", "wait=", "wait=25", "wait=soon", "wait=-1s", "wait=1s&wait=1s"})
    void whatIsNoTimeToWaitIsTold(String query) throws IOException {
        try (var server = TestServer.of(Commands.exiting(0)).start();
                var client = server.get("/")) {
            assertThat(client.end()).isEqualTo(End.CLEAN);
            try (var bad = server.get("/-/runs/" + run(client) + "?" + query);
                    var head = server.connect().request("HEAD", "/-/runs/" + run(client) + "?" + query)) {
                assertThat(bad.status()).isEqualTo(400);
                assertThat(bad.text()).isEqualTo("wait is to be one time, like 250ms or 25s.\n");
                assertThat(head.status()).isEqualTo(200);
            }
        }
    }

    @Test
    void beyondTheMostThatMayWaitTheStatusIsToldAtOnce() throws IOException {
        try (var puppet = new Puppet();
                var server = TestServer.of(puppet.command()).start();
                var client = server.get("/");
                var first = new RawHttp2(server.address()).begin();
                var second = new RawHttp2(server.address()).begin()) {
            puppet.tell("echo first");
            var path = waiting(client, "25s");
            waitOften(first, path);
            waitOften(second, path);
            try (var more = server.get(path)) {
                assertThat(more.text()).contains("\"state\":\"running\"");
            }
            puppet.tell("exit 0");
            assertThat(bodies(first)).allMatch(body -> body.contains("\"state\":\"ended\""));
            assertThat(bodies(second)).allMatch(body -> body.contains("\"state\":\"ended\""));
            assertThat(client.end()).isEqualTo(End.CLEAN);
        }
    }

    /** When this returns all of them wait: a connection's frames are handled in order. */
    private static void waitOften(RawHttp2 client, String path) throws IOException {
        for (var i = 0; i < STREAMS; i++) {
            client.send(RawHttp2.get(2 * i + 1, path));
        }
        awaitPing(client);
    }

    private static void awaitPing(RawHttp2 client) throws IOException {
        client.send(RawHttp2.frame(FrameType.PING, 0, 0, new byte[8]));
        var frame = client.next();
        while (frame != null && frame.type() != FrameType.PING) {
            assertThat(frame.type()).isIn(FrameType.SETTINGS, FrameType.WINDOW_UPDATE);
            frame = client.next();
        }
        assertThat(frame).isNotNull();
    }

    private interface Leaving {
        void by(StreamClient client) throws IOException;
    }

    private static void assertIsForgottenWhen(Leaving leaving) throws IOException {
        try (var puppet = new Puppet();
                var server = TestServer.of(puppet.command()).start();
                var client = server.get("/")) {
            puppet.tell("echo first");
            try (var waits = server.get(waiting(client, "25s"))) {
                leaving.by(waits);
                server.accessLine("GET /-/runs/"); // within 20 s
            }
            puppet.tell("exit 0");
            assertThat(client.end()).isEqualTo(End.CLEAN);
        }
    }

    @Test
    void whoLeavesIsForgotten() throws IOException {
        assertIsForgottenWhen(StreamClient::close);
        assertIsForgottenWhen(StreamClient::reset);
        assertIsForgottenWhen(StreamClient::halfClose);
    }

    @Test
    void whoResetsAStreamIsForgotten() throws IOException {
        try (var puppet = new Puppet();
                var server = TestServer.of(puppet.command()).start();
                var client = server.get("/");
                var waits = new RawHttp2(server.address()).begin()) {
            puppet.tell("echo first");
            waits.send(RawHttp2.get(1, waiting(client, "25s")));
            awaitPing(waits);
            waits.send(RawHttp2.frame(FrameType.RST_STREAM, 0, 1, new byte[] {0, 0, 0, 8}));
            server.accessLine("GET /-/runs/");
            waits.send(RawHttp2.get(3, waiting(client, "25s")));
            awaitPing(waits);
            puppet.tell("exit 0");
            var answer = waits.answer();
            assertThat(answer).as("the connection lives on").isNotNull();
            assertThat(answer == null ? "" : answer.status()).isEqualTo("200");
            assertThat(client.end()).isEqualTo(End.CLEAN);
        }
    }

    @Test
    void whoLosesAConnectionIsForgotten() throws IOException {
        try (var puppet = new Puppet();
                var server = TestServer.of(puppet.command()).start();
                var client = server.get("/")) {
            puppet.tell("echo first");
            try (var waits = new RawHttp2(server.address()).begin()) {
                waitOften(waits, waiting(client, "25s"));
            }
            Wait.until("all are forgotten", () -> server.accessLines().size() == STREAMS);
            puppet.tell("exit 0");
            assertThat(client.end()).isEqualTo(End.CLEAN);
        }
    }

    @Test
    void whoWaitsIsAnsweredBeforeTheServerCloses() throws IOException {
        try (var server = TestServer.of(Commands.sh("echo ready; exec sleep 1000"))
                        .start();
                var client = server.get("/");
                var waits = new RawHttp2(server.address()).begin()) {
            assertThat(client.piece()).isEqualTo("ready\n");
            waitOften(waits, waiting(client, "25s"));
            server.shutDown();
            assertThat(bodies(waits)).allMatch(body -> body.contains("\"ended\":\"shutdown\""));
        }
    }

    /** Its client does not read, so it is still being stopped when the server closes. */
    @Test
    void whoWaitsForARunThatIsNotOverWhenTheServerClosesIsToldThat() throws IOException {
        try (var server = TestServer.of(Commands.sh("exec yes")).start();
                var client = server.get("/");
                var waits = new RawHttp2(server.address()).begin()) {
            assertThat(client.status()).isEqualTo(200);
            waits.send(RawHttp2.get(1, waiting(client, "25s")));
            awaitPing(waits);
            var thread = "run-" + run(client).substring(0, 8);
            Wait.until("its client is waited for", () -> isWaiting(thread));
            server.shutDown();
            var head = waits.answer();
            var body = waits.answer();
            assertThat(head == null ? "" : head.status()).isEqualTo("200");
            assertThat(new String(body == null ? new byte[0] : body.payload(), UTF_8))
                    .contains("\"state\":\"stopping\"");
        }
    }

    private static boolean isWaiting(String thread) {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(one -> one.getName().equals(thread) && one.getState() == Thread.State.WAITING);
    }
}
