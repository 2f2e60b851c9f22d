package streamer.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import streamer.testing.Commands;
import streamer.testing.Http2Client;
import streamer.testing.NothingLeft;
import streamer.testing.Puppet;
import streamer.testing.StreamClient;
import streamer.testing.StreamClient.End;
import streamer.testing.TestServer;
import streamer.testing.Wait;

/** {@code Prefer: respond-async}: the run goes on without its client, which is told where it is. */
@ExtendWith(NothingLeft.class)
class RespondAsyncTest {
    private static final String PREFER = "Prefer: respond-async";

    @TempDir
    private Path directory;

    private static TestServer.Setup keeping(List<String> command) {
        return TestServer.of(command).path("/*").keep(Duration.ofHours(1));
    }

    private static StreamClient post(TestServer server, String body, int length) throws IOException {
        return server.connect()
                .send("POST / HTTP/1.1\r\nHost: localhost\r\n" + PREFER + "\r\nContent-Length: " + length + "\r\n\r\n"
                        + body);
    }

    /** Waits for its end; the run's status. */
    private static String ended(TestServer server, String path) throws IOException {
        try (var client = server.get(path + "?wait=20s")) {
            var status = client.text();
            assertThat(status).contains("\"finished\":\"");
            return status;
        }
    }

    private static String output(TestServer server, String path) throws IOException {
        try (var client = server.get(path + "/output")) {
            return client.text();
        }
    }

    @Test
    void itIsAnsweredAtOnceAndTheRunGoesOn() throws IOException {
        try (var puppet = new Puppet();
                var server = keeping(puppet.command()).start()) {
            String path;
            try (var client = server.get("/job?x=1", PREFER)) {
                assertThat(client.status()).isEqualTo(202);
                path = client.header("Location");
                assertThat(path).isEqualTo("/-/runs/" + client.header("Streamer-Run"));
                assertThat(client.header("Preference-Applied")).isEqualTo("respond-async");
                assertThat(client.header("Content-Type")).isEqualTo("application/json");
                assertThat(client.header("Cache-Control")).isEqualTo("no-store");
                assertThat(client.text()).contains("\"run\":\"" + client.header("Streamer-Run"), "\"path\":\"/job\"");
                client.next().request("GET", "/-/health");
                assertThat(client.text()).isEqualTo("ok\n");
            }
            assertThat(server.accessLine("GET /job")).contains(" 202 ");
            puppet.tell("echo out; exit 3");
            assertThat(ended(server, path)).contains("\"state\":\"ended\",\"ended\":\"exit\",\"code\":3");
            assertThat(output(server, path)).isEqualTo("out\n");
        }
    }

    @Test
    void itIsAnsweredOnHttp2() throws IOException {
        try (var server = keeping(Commands.printing("out")).start();
                var client = new Http2Client(server.address())) {
            var stream = client.get("/", PREFER);
            assertThat(stream.status()).isEqualTo(202);
            assertThat(stream.text()).contains("\"run\":");
            assertThat(output(server, String.valueOf(stream.header("Location"))))
                    .isEqualTo("out");
        }
    }

    /** Whose exchange is never completed. */
    @Test
    void itIsLoggedWhereItsStreamIsResetOnHttp2() throws IOException {
        try (var server = keeping(Commands.sh("cat")).start();
                var client = new Http2Client(server.address())) {
            var stream = client.post("/upload", PREFER);
            stream.send(new byte[10]);
            Wait.until("the run has begun", () -> !server.runs().awaitNone(Duration.ZERO));
            stream.resetBody();
            assertThat(server.accessLine("POST /upload")).contains(" ended=client-gone ");
            server.awaitNoRun();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Prefer: RESPOND-ASYNC",
                "Prefer: return=minimal, respond-async, wait=10",
                "Prefer: respond-async;foo=bar",
                "prefer:wait=100\r\nPrefer:  respond-async ",
            })
    void itMayStandAmongOthers(String header) throws IOException {
        try (var puppet = new Puppet();
                var server = keeping(puppet.command()).start();
                var client = server.get("/", header)) {
            assertThat(client.status()).isEqualTo(202);
            assertThat(client.header("Preference-Applied")).isEqualTo("respond-async");
            puppet.tell("exit 0");
            server.awaitNoRun();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"wait=10", "respond-async-not", "x=respond-async", "return=respond-async, wait=1"})
    void othersMeanNothing(String preference) throws IOException {
        try (var server = keeping(Commands.printing("out")).start();
                var client = server.get("/", "Prefer: " + preference)) {
            assertThat(client.status()).isEqualTo(200);
            assertThat(client.text()).isEqualTo("out");
        }
    }

    @Test
    void withoutKeptRunsItMeansNothing() throws IOException {
        assumeThat(Boolean.getBoolean("streamer.keep")).isFalse(); // they are
        try (var server = TestServer.of(Commands.printing("out")).start();
                var client = server.get("/", PREFER)) {
            assertThat(client.status()).isEqualTo(200);
            assertThat(client.text()).isEqualTo("out");
        }
    }

    @Test
    void itIsAnsweredWhenTheBodyIsWhole() throws IOException {
        try (var server = keeping(Commands.sh("cat; sleep 0.3; echo end")).start();
                var client = post(server, "hello", 10)) {
            Wait.until("the run has begun", () -> !server.runs().awaitNone(Duration.ZERO));
            assertThat(client.hasMore()).isFalse();
            client.send("world");
            assertThat(client.status()).isEqualTo(202);
            assertThat(client.text()).contains("\"state\":\"running\"");
            assertThat(output(server, client.header("Location"))).isEqualTo("helloworldend\n");
        }
    }

    @Test
    void orWhenTheRunHasEndedBeforeThat() throws IOException {
        try (var server = keeping(Commands.printing("no more")).start();
                var client = post(server, "hello", 10)) {
            assertThat(client.status()).isEqualTo(202);
            assertThat(client.text()).contains("\"ended\":\"exit\",\"code\":0");
            assertThat(output(server, client.header("Location"))).isEqualTo("no more");
        }
    }

    @Test
    void aClientThatLeavesBeforeThatStopsTheRun() throws IOException {
        try (var server =
                keeping(Commands.sh("cat; exec sleep 1000")).openList().start()) {
            try (var client = post(server, "hello", 10)) {
                Wait.until("it is fed", () -> list(server).contains("\"next\":5,"));
                assertThat(client.hasMore()).isFalse();
            }
            Wait.until("it is stopped", () -> list(server).contains("\"ended\":\"client-gone\""));
        }
    }

    private static String list(TestServer server) throws IOException {
        try (var client = server.get("/-/runs")) {
            return client.text();
        }
    }

    @Test
    void aBadBodyIsRefused() throws IOException {
        try (var server = keeping(Commands.sh("cat; exec sleep 1000"))
                        .pace(Duration.ofMillis(100), 1_000)
                        .start();
                var client = post(server, "hello", 10)) {
            assertThat(client.status()).isEqualTo(408);
            var path = "/-/runs/" + client.header("Streamer-Run");
            assertThat(ended(server, path)).contains("\"ended\":\"slow-body\"");
        }
    }

    @Test
    void itIsAnsweredWhenTheFormIsStored() throws IOException {
        var form = "--b\r\nContent-Disposition: form-data; name=file; filename=f.txt\r\n\r\ncontent\r\n--b--\r\n";
        try (var server = keeping(Commands.sh("echo $STREAMER_FILENAME_FILE; cat; cat $STREAMER_FILE_FILE"))
                        .start();
                var client = server.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: localhost\r\n" + PREFER + "\r\nContent-Length: " + form.length()
                    + "\r\nContent-Type: multipart/form-data; boundary=b\r\n\r\n" + form);
            assertThat(client.status()).isEqualTo(202);
            assertThat(output(server, client.header("Location"))).isEqualTo("f.txt\ncontentcontent");
        }
    }

    @Test
    void aMalformedFormIsRefused() throws IOException {
        try (var server = keeping(Commands.printing("ran")).start();
                var client = server.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: localhost\r\n" + PREFER
                    + "\r\nContent-Length: 5\r\nContent-Type: multipart/form-data; boundary=b\r\n\r\nhello");
            assertThat(client.status()).isEqualTo(400);
            server.awaitNoRun();
        }
    }

    @Test
    void oneThatWaitsInTheQueueIsAnsweredAndLaunchedWhenItIsItsTurn() throws IOException {
        try (var puppet = new Puppet();
                var server = keeping(Commands.either(
                                "[ $PATH_INFO != / ]", "echo $PATH_INFO $REMOTE_ADDR", puppet.command()))
                        .maxRuns(1)
                        .queue(2)
                        .start();
                var first = server.get("/")) {
            puppet.tell("echo ready");
            first.piece();
            String path;
            try (var client = server.get("/queued", PREFER)) {
                assertThat(client.status()).isEqualTo(202);
                assertThat(client.text()).contains("\"state\":\"queued\"");
                path = client.header("Location");
            }
            String stopped;
            try (var client = server.get("/stopped", PREFER)) {
                stopped = client.header("Location");
            }
            try (var stop = server.connect().request("DELETE", stopped)) {
                assertThat(stop.status()).isEqualTo(202);
            }
            try (var waits = server.get(path + "/output?from=0")) {
                puppet.tell("exit 0");
                assertThat(waits.text()).isEqualTo("/queued 127.0.0.1\n");
            }
            assertThat(ended(server, path)).contains("\"ended\":\"exit\",\"code\":0");
            assertThat(ended(server, stopped)).contains("\"ended\":\"stop\",\"code\":null,\"started\":null");
        }
    }

    @Test
    void thatItCouldNotBeLaunchedIsInItsStatus() throws IOException {
        var script = Files.writeString(directory.resolve("script"), "#!/bin/sh\n", StandardCharsets.UTF_8);
        assertThat(script.toFile().setExecutable(true)).isTrue();
        try (var server = keeping(List.of(script.toString())).start();
                var client = server.connect()) {
            Files.delete(script);
            assertThat(client.request("GET", "/", PREFER).status()).isEqualTo(202);
            assertThat(ended(server, client.header("Location")))
                    .contains("\"state\":\"ended\",\"ended\":\"not-launched\",\"code\":null");
        }
    }

    @Test
    void whatIsRefusedIsRefused() throws IOException {
        try (var server = keeping(Commands.silent()).maxRuns(1).start();
                var first = server.get("/", PREFER)) {
            assertThat(first.status()).isEqualTo(202);
            try (var full = server.get("/", PREFER);
                    var nul = server.get("/?x=%00", PREFER)) {
                assertThat(full.status()).isEqualTo(503);
                assertThat(nul.status()).isEqualTo(400);
            }
        }
    }

    @Test
    void whoJoinsByKeyIsAnsweredTheSame() throws IOException {
        try (var server = keeping(Commands.printing("out")).start();
                var first = server.get("/", PREFER, "Idempotency-Key: k");
                var second = server.get("/", PREFER, "Idempotency-Key: k")) {
            assertThat(second.status()).isEqualTo(202);
            assertThat(second.header("Location")).isEqualTo(first.header("Location"));
            try (var third = server.get("/", "Idempotency-Key: k")) {
                assertThat(third.text()).isEqualTo("out");
                assertThat(third.end()).isEqualTo(End.CLEAN);
            }
        }
    }
}
