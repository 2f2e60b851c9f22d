package streamer.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import streamer.output.Ending.Reason;
import streamer.testing.Commands;
import streamer.testing.NothingLeft;
import streamer.testing.StreamClient;
import streamer.testing.StreamClient.End;
import streamer.testing.TestServer;
import streamer.testing.Wait;

@ExtendWith(NothingLeft.class)
class LimitsTest {
    private static final String LAST_WORDS = "trap 'echo cleanup; exit 3' TERM; echo ready; sleep 1000 & wait";

    @Test
    void oneRunMoreThanThereAreSlotsIsRefused() throws IOException {
        try (var server =
                TestServer.of(Commands.sh("echo ready; sleep 1000")).maxRuns(3).start()) {
            var clients = new ArrayList<StreamClient>();
            for (var i = 0; i < 3; i++) {
                clients.add(server.get("/"));
                assertThat(clients.get(i).piece()).isEqualTo("ready\n");
            }
            try (var client = server.get("/")) {
                assertThat(client.status()).isEqualTo(503);
                assertThat(client.header("Retry-After")).isEqualTo("1");
            }
            clients.get(0).close();
            server.accessLine("ended=client-gone");
            Wait.until("a slot is free", () -> server.runs().refusal() == null);
            try (var client = server.get("/")) {
                assertThat(client.piece()).isEqualTo("ready\n");
            }
            for (var client : clients) {
                client.close();
            }
        }
    }

    @Test
    void aSlotIsFreeAsSoonAsItsClientKnowsTheEnd() throws IOException {
        try (var server = TestServer.of(Commands.printing("hi")).maxRuns(1).start();
                var client = server.connect()) {
            for (var i = 0; i < 100; i++) {
                assertThat(client.next().request("GET", "/").status()).isEqualTo(200);
                assertThat(client.text()).isEqualTo("hi");
            }
        }
    }

    @Test
    void aReaderThatStallsDoesNotKeepTheServer() throws IOException {
        var server = TestServer.of(Commands.sh("yes")).start();
        try (var client = new StreamClient(server.address(), 4096).request("GET", "/")) {
            assertThat(client.status()).isEqualTo(200);
            server.close();
            server.accessLine("ended=shutdown");
            assertThat(client.end()).isNotEqualTo(End.CLEAN);
        }
    }

    @Test
    void aTimeoutLetsTheLastWordsThrough() throws IOException {
        try (var server = TestServer.of(Commands.sh(LAST_WORDS))
                        .timeout(Duration.ofSeconds(1))
                        .start();
                var client = server.get("/")) {
            assertThat(client.text()).isEqualTo("ready\ncleanup\n");
            assertThat(client.end()).isEqualTo(End.BROKEN_OFF);
            server.accessLine("exit=3 ended=timeout");
        }
    }

    @Test
    void anIdleTimeoutCountsSilence() throws IOException {
        try (var server = TestServer.of(Commands.sh("for i in 1 2 3 4 5 6; do echo $i; sleep 0.2; done; sleep 1000"))
                        .idleTimeout(Duration.ofMillis(700))
                        .start();
                var client = server.get("/")) {
            assertThat(client.text()).isEqualTo("1\n2\n3\n4\n5\n6\n");
            server.accessLine("ended=idle-timeout");
        }
    }

    @Test
    void shutdownTellsEachReader() throws IOException {
        try (var server = TestServer.of(Commands.sh(LAST_WORDS)).start();
                var plain = server.get("/");
                var events = server.get("/", "Accept: text/event-stream")) {
            assertThat(plain.piece()).isEqualTo("ready\n");
            assertThat(events.piece()).endsWith(":0\n\n");
            assertThat(events.piece()).contains("data: ready\n");
            server.runs().stopAll(Reason.SHUTDOWN);
            assertThat(plain.text()).isEqualTo("cleanup\n");
            assertThat(plain.end()).isEqualTo(End.BROKEN_OFF);
            assertThat(events.text()).contains("data: cleanup\n").contains("\"code\":3,\"ended\":\"shutdown\"");
            assertThat(events.end()).isEqualTo(End.CLEAN);
        }
    }

    @Test
    void whatIgnoresTermIsKilled() throws IOException {
        try (var server = TestServer.of(Commands.ignoringTerm())
                        .timeout(Duration.ofSeconds(1))
                        .killAfter(Duration.ofMillis(300))
                        .start();
                var client = server.get("/")) {
            assertThat(client.text()).isEqualTo("ready\n");
            server.accessLine("exit=137 ended=timeout");
        }
    }
}
