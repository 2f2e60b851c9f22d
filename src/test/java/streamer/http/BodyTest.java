package streamer.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import streamer.testing.Commands;
import streamer.testing.NothingLeft;
import streamer.testing.Puppet;
import streamer.testing.StreamClient.End;
import streamer.testing.TestServer;
import streamer.testing.Wait;

@ExtendWith(NothingLeft.class)
class BodyTest {
    @TempDir
    private Path directory;

    @Test
    void inputAndOutputStreamAtTheSameTime() throws IOException {
        try (var server = TestServer.of(Commands.echoing()).start();
                var client = server.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (var word : new String[] {"one", "two", "three"}) {
                client.sendChunk(word);
                assertThat(client.piece()).isEqualTo(word);
            }
            client.sendLastChunk();
            assertThat(client.end()).isEqualTo(End.CLEAN);
        }
    }

    @Test
    void aLargeBodyComesBackUnchanged() throws Exception {
        var body = new byte[100_000_000];
        new Random(1).nextBytes(body);
        try (var server = TestServer.of(Commands.echoing()).start();
                var client = server.connect()) {
            client.send("PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + body.length + "\r\n\r\n");
            var sending = CompletableFuture.runAsync(() -> {
                try {
                    client.send(body);
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            assertThat(Arrays.equals(client.bytes(), body)).isTrue();
            assertThat(client.end()).isEqualTo(End.CLEAN);
            sending.get(Wait.LONG.toSeconds(), TimeUnit.SECONDS);
        }
    }

    @Test
    void withoutABodyTheInputEndsAtOnce() throws IOException {
        try (var server = TestServer.of(Commands.sh("cat; echo end")).start();
                var client = server.get("/")) {
            assertThat(client.text()).isEqualTo("end\n");
        }
    }

    @Test
    void aClientThatAsksIsInvited() throws IOException {
        try (var server = TestServer.of(Commands.echoing()).start();
                var client = server.connect()) {
            client.send("PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
            assertThat(client.status()).isEqualTo(100);
            client.next().send("hello");
            assertThat(client.text()).isEqualTo("hello");
            assertThat(client.end()).isEqualTo(End.CLEAN);
        }
    }

    @Test
    void aCommandThatDoesNotReadDoesNotStallItsOutput() throws IOException {
        try (var puppet = new Puppet();
                var server = TestServer.of(puppet.command()).start();
                var client = server.connect()) {
            client.send("PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50000000\r\n\r\n");
            client.send(new byte[100_000]);
            puppet.tell("echo one");
            assertThat(client.piece()).isEqualTo("one\n");
            puppet.tell("echo two");
            assertThat(client.piece()).isEqualTo("two\n");
        }
    }

    @Test
    void aCommandMayEndBeforeItsInput() throws IOException {
        try (var server = TestServer.of(Commands.sh("head -c 3; echo; exec <&-; echo done"))
                        .start();
                var client = server.connect()) {
            client.send("PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\nabcdef");
            assertThat(client.text()).isEqualTo("abc\ndone\n");
            assertThat(client.end()).isEqualTo(End.CLEAN);
            client.send(new byte[100_000 - 6]);
            assertThat(client.next().request("OPTIONS", "/").status())
                    .as("the connection lives on")
                    .isEqualTo(204);
        }
    }

    @Test
    void aCommandThatClosedItsInputIsLeftAlone() throws IOException {
        try (var puppet = new Puppet();
                var server = TestServer.of(puppet.command()).start();
                var client = server.connect()) {
            client.send("PUT / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
            puppet.tell("exec </dev/null; echo closed");
            assertThat(client.piece()).isEqualTo("closed\n");
            client.sendChunk("x").sendLastChunk();
            puppet.tellAndWait("sleep 0.1");
            puppet.tell("echo done; exit 0");
            assertThat(client.text()).isEqualTo("done\n");
            assertThat(client.end()).isEqualTo(End.CLEAN);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {5_000_000, 20_000_000})
    void anUploadThatNobodyReadsLosesNoAnswer(int length) throws IOException {
        try (var server = TestServer.of(Commands.sh("echo done")).start();
                var client = server.connect()) {
            client.request("POST", "/", "Content-Length: " + length);
            for (var sent = 0; sent < length; sent += 100_000) {
                client.send(new byte[100_000]);
            }
            assertThat(client.text()).isEqualTo("done\n");
            assertThat(client.end()).isEqualTo(End.CLEAN);
        }
    }

    @Test
    void aRefusedBodyIsNotDrainedForEver() throws IOException {
        try (var server = TestServer.of(Commands.echoing()).start();
                var client = server.connect()) {
            client.send("PUT /nowhere HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\n\r\n");
            assertThat(client.status()).isEqualTo(404);
            assertThat(client.text()).isEqualTo("Nothing is at /nowhere; --path says where the command is.\n");
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void anInputThatNeverEndsIsNotDrainedForEver() throws IOException {
        try (var server = TestServer.of(Commands.printing("done")).start();
                var client = server.connect()) {
            client.send("PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\n\r\n");
            assertThat(client.text()).isEqualTo("done");
            assertThat(client.end()).isEqualTo(End.CLEAN);
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void aBrokenUploadIsNoEndOfFile() throws IOException {
        var whole = directory.resolve("whole");
        try (var server = TestServer.of(Commands.sh("cat >/dev/null; touch \"$1\"", whole.toString()))
                .start()) {
            try (var client = server.connect()) {
                client.send("PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nonly some");
                Wait.until("the run has begun", () -> !server.runs().awaitNone(Duration.ZERO));
            }
            server.accessLine("ended=client-gone");
            server.awaitNoRun();
            assertThat(whole).doesNotExist();
        }
    }

    @Test
    void aBodyThatIsTooLargeIsRefusedBeforeItIsSent() throws IOException {
        try (var server = TestServer.of(Commands.echoing()).maxBody(10).start();
                var client = server.connect()) {
            client.send("PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n");
            assertThat(client.status()).isEqualTo(413);
            assertThat(server.accessLine("PUT / 413")).doesNotContain("run=");
        }
    }

    @Test
    void aBodyThatTurnsOutTooLargeIsA413WhileTheHeadIsUnsent() throws IOException {
        try (var server = TestServer.of(Commands.sh("cat >/dev/null; sleep 1000"))
                        .maxBody(10)
                        .start();
                var client = server.connect()) {
            client.send("PUT / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
            client.sendChunk("01234567890");
            assertThat(client.status()).isEqualTo(413);
            server.accessLine("ended=body-too-large");
        }
    }

    @Test
    void afterThatItBreaksTheStreamOff() throws IOException {
        try (var server = TestServer.of(Commands.sh("head -c 1; cat >/dev/null; sleep 1000"))
                        .maxBody(10)
                        .start();
                var client = server.connect()) {
            client.send("PUT / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
            client.sendChunk("x");
            assertThat(client.piece()).isEqualTo("x");
            client.sendChunk("01234567890");
            assertThat(client.end()).isNotEqualTo(End.CLEAN);
            server.accessLine("ended=body-too-large");
        }
    }

    @Test
    void aClientThatSendsAllBeforeItReadsIsStalled() throws IOException {
        try (var server = TestServer.of(Commands.echoing())
                        .stalledAfter(Duration.ofMillis(500))
                        .start();
                var client = server.connect()) {
            client.send("PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000000\r\n\r\n");
            try {
                client.send(new byte[100_000_000]);
            } catch (IOException e) {
                // What it gets for it.
            }
            server.accessLine("ended=stalled");
        }
    }
}
