package streamer.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import streamer.testing.Commands;
import streamer.testing.NothingLeft;
import streamer.testing.Puppet;
import streamer.testing.StreamClient;
import streamer.testing.StreamClient.End;
import streamer.testing.TestServer;

@ExtendWith(NothingLeft.class)
class ClientGoneTest {
    @Test
    void aSilentRunIsStoppedWhenItsClientCloses() throws IOException {
        assertStopsWhen(StreamClient::close);
    }

    @Test
    void aSilentRunIsStoppedWhenItsClientResets() throws IOException {
        assertStopsWhen(StreamClient::reset);
    }

    @Test
    void aHalfCloseIsTakenForLeaving() throws IOException {
        assertStopsWhen(StreamClient::halfClose);
    }

    private interface Leaving {
        void by(StreamClient client) throws IOException;
    }

    private static void assertStopsWhen(Leaving leaving) throws IOException {
        assumeThat(Boolean.getBoolean("streamer.keep")).isFalse(); // such a run goes on
        try (var server = TestServer.of(Commands.sh("echo ready; sleep 1000")).start();
                var client = server.get("/")) {
            assertThat(client.piece()).isEqualTo("ready\n");
            leaving.by(client);
            server.accessLine("ended=client-gone");
            server.awaitNoRun();
        }
    }

    @Test
    void aRequestSentAheadIsKeptAndAnsweredAfterwards() throws IOException {
        try (var puppet = new Puppet();
                var server = TestServer.of(puppet.command()).start();
                var client = server.get("/")) {
            puppet.tell("echo one");
            assertThat(client.piece()).isEqualTo("one\n");
            client.request("OPTIONS", "/").request("OPTIONS", "/").expect("GET");
            puppet.tellAndWait("sleep 0.3");
            puppet.tell("echo two; exit 0");
            assertThat(client.text()).isEqualTo("two\n");
            assertThat(client.end()).isEqualTo(End.CLEAN);
            assertThat(client.next().status()).isEqualTo(204);
            assertThat(client.next().status()).isEqualTo(204);
        }
    }

    @Test
    void whatWasSentFarAheadIsAnsweredInOrder() throws IOException {
        try (var server = TestServer.of(Commands.sh("echo $STREAMER_QUERY_N")).start();
                var client = server.connect()) {
            var sent = CompletableFuture.runAsync(() -> {
                for (var i = 0; i < 200; i++) {
                    request(client, "/?n=" + i + "&pad=" + "p".repeat(1_000));
                }
            });
            for (var i = 0; i < 200; i++) {
                assertThat(client.text()).isEqualTo(i + "\n");
                assertThat(client.end()).isEqualTo(End.CLEAN);
                client.next();
            }
            sent.join();
        }
    }

    private static void request(StreamClient client, String target) {
        try {
            client.request("GET", target);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void manyRequestsOnOneConnectionLoseNone() throws IOException {
        try (var server = TestServer.of(Commands.sh("echo $STREAMER_QUERY_N")).start();
                var client = server.connect()) {
            for (var i = 0; i < 50; i++) {
                for (var ahead = 0; ahead < 4; ahead++) {
                    client.request("GET", "/?n=" + i + "." + ahead);
                }
                for (var ahead = 0; ahead < 4; ahead++) {
                    assertThat(client.text()).isEqualTo(i + "." + ahead + "\n");
                    assertThat(client.end()).isEqualTo(End.CLEAN);
                    client.next();
                }
            }
        }
    }
}
