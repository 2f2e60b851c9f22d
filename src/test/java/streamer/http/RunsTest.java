package streamer.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import streamer.testing.Commands;
import streamer.testing.NothingLeft;
import streamer.testing.Puppet;
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
                    .matches(Pattern.compile("\\{\"run\":\"" + run(client)
                            + "\",\"state\":\"running\",\"ended\":null,\"code\":null,\"started\":" + TIME
                            + ",\"finished\":null,\"millis\":\\d+,\"holds\":null,\"method\":\"GET\","
                            + "\"path\":\"/jobs/\\\\u00e9\"\\}\n"));
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
        try (var server =
                TestServer.of(Commands.exiting(0)).path("/*").openList().start()) {
            for (var i = 0; i < 1_005; i++) {
                try (var client = server.get("/" + i + "/" + "x".repeat(5_000) + "?" + "y".repeat(5_000))) {
                    assertThat(client.text()).isEmpty();
                }
            }
            server.awaitNoRun();
            Wait.until("only the last are listed", () -> list(server).lines().count() == 1_000);
            assertThat(list(server))
                    .contains("\"/1004/x", "\"/5/x")
                    .doesNotContain("\"/4/x")
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
}
