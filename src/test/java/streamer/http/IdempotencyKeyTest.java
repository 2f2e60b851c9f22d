package streamer.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import streamer.testing.Commands;
import streamer.testing.NothingLeft;
import streamer.testing.Puppet;
import streamer.testing.RawHttp2;
import streamer.testing.RawHttp2.FrameType;
import streamer.testing.StreamClient;
import streamer.testing.StreamClient.End;
import streamer.testing.TestServer;
import streamer.testing.Wait;

/** {@code Idempotency-Key}: the same request twice runs once. */
@ExtendWith(NothingLeft.class)
class IdempotencyKeyTest {
    private static final String KEY = "Idempotency-Key: 8e03978e-40d5-43dd-bc93-6894a57f9324";

    @TempDir
    private Path directory;

    private static TestServer.Setup keeping(List<String> command) {
        return TestServer.of(command).path("/*").keep(Duration.ofHours(1)).statusWait(Duration.ofMillis(50));
    }

    private static String run(StreamClient client) throws IOException {
        return client.header("Streamer-Run");
    }

    @Test
    void manyAtOnceRunOnce() throws IOException {
        var runs = directory.resolve("runs");
        var script = "echo run >>\"$1\"; for i in 1 2 3; do echo $i; sleep 0.1; done";
        try (var server = keeping(Commands.sh(script, runs.toString())).start()) {
            var clients = new ArrayList<StreamClient>();
            for (var i = 0; i < 20; i++) {
                clients.add(server.connect());
            }
            clients.parallelStream().forEach(client -> ask(client));
            for (var client : clients) {
                assertThat(client.text()).isEqualTo("1\n2\n3\n");
                assertThat(client.end()).isEqualTo(End.CLEAN);
                client.close();
            }
            assertThat(Files.readString(runs)).isEqualTo("run\n");
        }
    }

    private static void ask(StreamClient client) {
        try {
            client.request("GET", "/", KEY);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aRetryAfterTheEndGetsTheSame() throws IOException {
        try (var server = keeping(Commands.sh("echo one; exit 3")).start()) {
            for (var i = 0; i < 3; i++) {
                try (var client = server.get("/", KEY)) {
                    assertThat(client.text()).isEqualTo("one\n");
                    assertThat(client.end()).isEqualTo(End.BROKEN_OFF);
                    server.awaitNoRun();
                }
            }
            Wait.until("each has a line", () -> server.accessLines().size() == 3);
            assertThat(server.accessLines().stream().map(line -> line.replaceFirst(".* run=", "")))
                    .containsOnly(server.accessLines().get(0).replaceFirst(".* run=", ""));
        }
    }

    @ParameterizedTest
    @CsvSource({"GET, /b?x=1", "GET, /a?x=2", "GET, /a", "POST, /a?x=1"})
    void itBelongsToOneRequest(String method, String path) throws IOException {
        try (var server = keeping(Commands.printing("x")).start();
                var first = server.get("/a?x=1", KEY)) {
            assertThat(first.text()).isEqualTo("x");
            try (var second = server.connect().request(method, path, KEY)) {
                assertThat(second.status()).isEqualTo(422);
                assertThat(second.text()).contains("another request");
            }
        }
    }

    @Test
    void theBodyOfOneThatJoinsIsDropped() throws IOException {
        try (var server = keeping(Commands.echoing()).start();
                var first = server.connect()) {
            var head = "POST / HTTP/1.1\r\nHost: localhost\r\n" + KEY + "\r\nContent-Length: ";
            first.send(head + "10\r\n\r\nhello");
            assertThat(first.piece()).isEqualTo("hello");
            var large = new byte[5_000_000];
            try (var second = server.connect();
                    var third = server.connect();
                    var fourth = new RawHttp2(server.address()).begin()) {
                second.send(head + "3\r\n\r\nbye");
                third.send(head + large.length + "\r\n\r\n").send(large);
                fourth.send(
                        RawHttp2.request(
                                RawHttp2.END_HEADERS, 1, "POST", "/", "idempotency-key", KEY.replaceFirst(".*: ", "")),
                        RawHttp2.frame(FrameType.DATA, RawHttp2.END_STREAM, 1, new byte[10_000]));
                first.send("world");
                assertThat(first.text()).isEqualTo("world");
                for (var client : List.of(second, third)) {
                    assertThat(client.text()).isEqualTo("helloworld");
                    assertThat(client.end()).isEqualTo(End.CLEAN);
                    assertThat(run(client)).isEqualTo(run(first));
                }
                second.next().request("GET", "/-/health");
                assertThat(second.text()).as("the connection lives on").isEqualTo("ok\n");
                var text = new StringBuilder();
                for (var frame = fourth.answer();
                        frame != null && text.length() < "helloworld".length();
                        frame = fourth.answer()) {
                    if (frame.type() == FrameType.DATA) {
                        text.append(new String(frame.payload(), StandardCharsets.UTF_8));
                    }
                }
                assertThat(text.toString()).isEqualTo("helloworld");
            }
        }
    }

    /** A client may send its whole body before it reads, or have all of the response before that is sent. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aJoinerThatStillSendsGetsAll(boolean hasEnded) throws IOException {
        try (var server = keeping(Commands.sh("cat >/dev/null; echo all")).start();
                var first = server.connect()) {
            var head = "POST / HTTP/1.1\r\nHost: localhost\r\n" + KEY + "\r\nContent-Length: ";
            first.send(head + "1\r\n\r\n");
            if (hasEnded) {
                first.send("x");
                assertThat(first.text()).isEqualTo("all\n");
                server.awaitNoRun();
            }
            try (var second = server.connect()) {
                second.send(head + "20000\r\n\r\n").send(new byte[10_000]);
                assertThat(second.status()).isEqualTo(200);
                if (hasEnded) {
                    assertThat(second.text()).isEqualTo("all\n");
                }
                second.send(new byte[10_000]);
                if (!hasEnded) {
                    first.send("x");
                    assertThat(second.text()).isEqualTo("all\n");
                }
                assertThat(second.end()).isEqualTo(End.CLEAN);
            }
        }
    }

    @Test
    void aJoinerThatLeavesWhileItSendsChangesNothing() throws IOException {
        try (var server = keeping(Commands.echoing()).start();
                var first = server.connect()) {
            var head = "POST / HTTP/1.1\r\nHost: localhost\r\n" + KEY + "\r\nContent-Length: ";
            first.send(head + "10\r\n\r\nhello");
            assertThat(first.piece()).isEqualTo("hello");
            try (var second = server.connect()) {
                second.send(head + "10\r\n\r\nbye");
                assertThat(second.piece()).isEqualTo("hello");
            }
            server.accessLine("client-gone");
            first.send("world");
            assertThat(first.text()).isEqualTo("world");
            assertThat(first.end()).isEqualTo(End.CLEAN);
        }
    }

    @Test
    void aRefusedRequestLeavesItFree() throws IOException {
        try (var puppet = new Puppet();
                var server = keeping(Commands.either("[ $PATH_INFO = /b ]", "echo ok", puppet.command()))
                        .maxRuns(1)
                        .start();
                var first = server.get("/")) {
            puppet.tell("echo ready");
            first.piece();
            try (var refused = server.get("/b", KEY)) {
                assertThat(refused.status()).isEqualTo(503);
            }
            puppet.tell("exit 0");
            first.end();
            server.awaitNoRun();
            try (var again = server.get("/b", KEY)) {
                assertThat(again.text()).isEqualTo("ok\n");
            }
        }
    }

    @Test
    void aCommandThatCannotBeLaunchedLeavesItFree() throws IOException {
        var script = directory.resolve("script");
        write(script);
        try (var server = keeping(List.of(script.toString())).start()) {
            Files.delete(script);
            try (var client = server.get("/", KEY)) {
                assertThat(client.status()).isEqualTo(500);
            }
            server.awaitNoRun();
            write(script);
            try (var again = server.get("/", KEY)) {
                assertThat(again.text()).isEqualTo("ok\n");
            }
        }
    }

    private static void write(Path script) throws IOException {
        Files.writeString(script, "#!/bin/sh\necho ok\n");
        assertThat(script.toFile().setExecutable(true)).isTrue();
    }

    @Test
    void anUploadThatCameWholeDoesNot() throws IOException {
        try (var server = keeping(Commands.echoing()).start()) {
            for (var i = 0; i < 20; i++) {
                var runs = new HashSet<String>();
                for (var again = 0; again < 2; again++) {
                    try (var client = server.connect()) {
                        client.send("POST / HTTP/1.1\r\nHost: localhost\r\n" + KEY + i
                                + "\r\nContent-Length: 6\r\n\r\nhello\n");
                        assertThat(client.text()).isEqualTo("hello\n");
                        runs.add(run(client));
                        server.awaitNoRun();
                    }
                }
                assertThat(runs).hasSize(1);
            }
        }
    }

    @Test
    void anUploadThatWasCutOffLeavesItFree() throws IOException {
        try (var server = keeping(Commands.echoing()).start()) {
            var head = "POST / HTTP/1.1\r\nHost: localhost\r\n" + KEY + "\r\nContent-Length: 10\r\n\r\n";
            try (var cut = server.connect()) {
                cut.send(head + "hello");
                assertThat(cut.piece()).isEqualTo("hello");
            }
            assertThat(server.accessLine("POST")).contains("ended=client-gone");
            server.awaitNoRun();
            try (var again = server.connect()) {
                again.send(head + "helloworld");
                assertThat(again.text()).isEqualTo("helloworld");
                assertThat(again.end()).isEqualTo(End.CLEAN);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void itIsKnownAfterARestartIfItsRequestWasWhole(boolean isWhole, @TempDir Path kept) throws IOException {
        var head = "POST / HTTP/1.1\r\nHost: localhost\r\n" + KEY + "\r\nContent-Length: 10\r\n\r\n";
        String run;
        try (var server = keeping(Commands.echoing()).keepDir(kept).start();
                var client = server.connect()) {
            client.send(head + (isWhole ? "helloworld" : "hello"));
            client.piece();
            run = run(client);
            if (isWhole) {
                client.text();
            }
            client.reset();
            server.awaitNoRun();
        }
        try (var server = keeping(Commands.echoing()).keepDir(kept).start();
                var again = server.connect()) {
            again.send(head + "helloworld");
            assertThat(again.text()).isEqualTo("helloworld");
            assertThat(run(again).equals(run)).isEqualTo(isWhole);
            server.awaitNoRun();
        }
    }

    @Test
    void aBadOneIsRefused() throws IOException {
        try (var server = keeping(Commands.printing("x")).start();
                var empty = server.get("/", "Idempotency-Key:");
                var blank = server.get("/", "Idempotency-Key:   ");
                var longest = server.get("/", "Idempotency-Key: " + "k".repeat(255));
                var tooLong = server.get("/", "Idempotency-Key: " + "k".repeat(256));
                var twice = server.get("/", KEY, KEY)) {
            assertThat(longest.status()).isEqualTo(200);
            for (var bad : List.of(empty, blank, tooLong, twice)) {
                assertThat(bad.status()).isEqualTo(400);
                assertThat(bad.text()).contains("Idempotency-Key");
            }
        }
    }

    @Test
    void withoutKeptRunsItMeansNothing() throws IOException {
        assumeThat(Boolean.getBoolean("streamer.keep")).isFalse(); // they are
        try (var server = TestServer.of(Commands.printing("x")).start();
                var first = server.get("/", KEY);
                var second = server.get("/", KEY)) {
            assertThat(run(first)).isNotEqualTo(run(second));
        }
    }
}
