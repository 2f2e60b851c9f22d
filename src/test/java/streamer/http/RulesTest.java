package streamer.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import streamer.testing.Commands;
import streamer.testing.NothingLeft;
import streamer.testing.StreamClient;
import streamer.testing.TestServer;

/** What is answered without a run. */
@ExtendWith(NothingLeft.class)
class RulesTest {
    private static final String RUN = "0ee34c3f9f5116576295a8d264a755ba";
    private TestServer server;

    @BeforeEach
    void start() throws IOException {
        server = TestServer.of(Commands.printing("ran"))
                .path("/")
                .path("/jobs/*")
                .methods("GET", "POST")
                .start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private void assertDoesNotRun(StreamClient client, int status) throws IOException {
        try (client) {
            assertThat(client.status()).isEqualTo(status);
            assertThat(client.text()).doesNotContain("ran");
            assertThat(client.header("Streamer-Run")).isEmpty();
            assertThat(server.accessLine(" " + status + " ")).doesNotContain("run=");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/?x", "/jobs", "/jobs/", "/jobs/a/b", "http://localhost/jobs"})
    void pathsThatRun(String path) throws IOException {
        try (var client = server.get(path)) {
            assertThat(client.text()).isEqualTo("ran");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/x", "/jobsx", "/favicon.ico", "/-/", "/-/x", "/Jobs"})
    void pathsThatDoNot(String path) throws IOException {
        assertDoesNotRun(server.get(path), 404);
    }

    @Test
    void headHasTheHeadersOfGet() throws IOException {
        try (var client = server.connect().request("HEAD", "/", "Accept: text/event-stream")) {
            assertThat(client.header("Content-Type")).isEqualTo("text/event-stream");
            assertThat(client.header("X-Accel-Buffering")).isEqualTo("no");
            assertThat(client.header("Transfer-Encoding")).isEqualTo("chunked");
        }
        assertDoesNotRun(server.connect().request("HEAD", "/"), 200);
    }

    @Test
    void optionsAndOtherMethodsSayWhatIsAllowed() throws IOException {
        for (var method : new String[] {"OPTIONS", "PUT", "TRACE", "NONSENSE"}) {
            try (var client = server.connect().request(method, "/")) {
                assertThat(client.status()).isEqualTo(method.equals("OPTIONS") ? 204 : 405);
                assertThat(client.header("Allow")).isEqualTo("GET, POST, HEAD, OPTIONS");
            }
        }
    }

    @Test
    void aRefusalSaysWhatWouldBeRightAndSoDoesTheLog() throws IOException {
        try (var client = server.connect().request("PUT", "/jobs")) {
            var line = "PUT is not allowed here, only GET, POST, HEAD, OPTIONS; see --methods.";
            assertThat(client.text()).isEqualTo(line + "\n");
            assertThat(server.accessLine("PUT /jobs 405")).endsWith(" why=\"" + line + "\"");
        }
        try (var client = server.get("/x%22y" + "z".repeat(1_000))) {
            var line = "Nothing is at /x%22y" + "z".repeat(94) + "...; --path says where the command is.";
            assertThat(client.text()).isEqualTo(line + "\n");
            assertThat(server.accessLine(" 404 ")).endsWith(" why=\"" + line + "\"");
        }
        try (var client = server.get("/", "Last-Event-ID: x")) {
            assertThat(client.status()).isEqualTo(204);
            assertThat(server.accessLine(" 204 ")).endsWith(" why=\"A reconnect runs nothing.\"");
        }
    }

    @Test
    void robotsAreKeptAway() throws IOException {
        try (var client = server.get("/robots.txt")) {
            assertThat(client.text()).isEqualTo("User-agent: *\nDisallow: /\n");
        }
    }

    @Test
    void healthIsOkUntilTheServerDrains() throws IOException {
        try (var client = server.get("/-/health")) {
            assertThat(client.text()).isEqualTo("ok\n");
        }
        server.runs().signalled(15);
        try (var client = server.get("/-/health")) {
            assertThat(client.status()).isEqualTo(503);
        }
        try (var client = server.get("/")) {
            assertThat(client.status()).isEqualTo(503);
            assertThat(client.header("Retry-After")).isEqualTo("10");
            assertThat(client.header("Connection")).isEqualTo("close");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Sec-Purpose: prefetch;prerender", "Purpose: prefetch", "X-Moz: prefetch"})
    void aPrefetchDoesNotRun(String header) throws IOException {
        var client = server.get("/", header);
        assertThat(client.header("Cache-Control")).isEqualTo("no-store");
        assertDoesNotRun(client, 503);
    }

    @Test
    void aReconnectingEventSourceDoesNotRun() throws IOException {
        assertDoesNotRun(server.get("/", "Last-Event-ID: x"), 204);
        try (var client = server.get("/", "Last-Event-ID: ")) {
            assertThat(client.text()).isEqualTo("ran");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "lastEventId=%s:4",
                "lasteventid=%s:4",
                "x=1&lastEventId=%s%%3A40&y",
                "lastEventId=%s%%3a0",
                "lastEventId=%s:4:end"
            })
    void norOneThatCannotSetHeaders(String query) throws IOException {
        assertDoesNotRun(server.get("/?" + String.format(query, RUN)), 204);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "lastEventId=",
                "lastEventId=4",
                "lastEventId=%s",
                "lastEventId=%s:x",
                "lastEventId=%s:4:x",
                "mylastEventId=%s:4"
            })
    void butAParameterOfTheCommandsOwnIsNoReconnect(String query) throws IOException {
        try (var client = server.get("/?" + String.format(query, RUN))) {
            assertThat(client.text()).isEqualTo("ran");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=4-", "bytes=0-99", "bytes=-5", "bytes=0-1,3-4", "lines=0-", "nonsense"})
    void aResumedDownloadDoesNotRun(String range) throws IOException {
        assertDoesNotRun(server.get("/", "Range: " + range), 409);
        assertDoesNotRun(server.get("/", "Range: bytes=0-", "Range: " + range), 409);
    }

    @Test
    void aRangeOfAllRuns() throws IOException {
        try (var client = server.get("/", "Range: bytes=0-")) {
            assertThat(client.status()).isEqualTo(200);
            assertThat(client.text()).isEqualTo("ran");
        }
    }

    @Test
    void anUpgradeToHttp2IsIgnored() throws IOException {
        try (var client = server.get(
                "/",
                "Connection: Upgrade, HTTP2-Settings",
                "Upgrade: h2c",
                "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA")) {
            assertThat(client.status()).isEqualTo(200);
            assertThat(client.text()).isEqualTo("ran");
        }
    }
}
