package streamer.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import streamer.output.Ending.Reason;
import streamer.testing.Commands;
import streamer.testing.NothingLeft;
import streamer.testing.Puppet;
import streamer.testing.StreamClient;
import streamer.testing.StreamClient.End;
import streamer.testing.TestServer;
import streamer.testing.Wait;

@ExtendWith(NothingLeft.class)
class LimitsTest {
    private static final String LAST_WORDS = "trap 'echo cleanup; exit 3' TERM; echo ready; sleep 1000 & wait";

    @Test
    void oneRunMoreThanThereAreSlotsIsRefused() throws IOException {
        assumeThat(Boolean.getBoolean("streamer.keep")).isFalse(); // such a run goes on
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

    @Test
    void aBodyThatComesTooSlowlyIsRefused() throws IOException {
        try (var server = TestServer.of(Commands.echoing())
                        .statusWait(Duration.ofSeconds(20))
                        .pace(Duration.ofMillis(300), 1_000_000)
                        .start();
                var raw = server.connect().request("POST", "/", "Content-Length: 10");
                var form = server.connect()
                        .request(
                                "POST", "/", "Content-Length: 1000", "Content-Type: multipart/form-data; boundary=x")) {
            assertThat(raw.status()).isEqualTo(408);
            assertThat(form.status()).isEqualTo(408);
            server.accessLine("ended=slow-body");
            server.awaitNoRun();
        }
    }

    @Test
    void aBodyThatTurnsSlowEndsItsRun() throws IOException {
        try (var server = TestServer.of(Commands.echoing())
                        .pace(Duration.ofMillis(300), 1_000_000)
                        .start();
                var client = server.connect().request("POST", "/", "Content-Length: 10")) {
            client.send("some");
            assertThat(client.piece()).isEqualTo("some");
            assertThat(client.end()).isEqualTo(End.BROKEN_OFF);
            server.accessLine("ended=slow-body");
        }
    }

    @Test
    void aCommandThatDoesNotReadIsNoReasonToCallTheBodySlow() throws IOException {
        try (var puppet = new Puppet();
                var server = TestServer.of(puppet.command())
                        .pace(Duration.ofMillis(300), 1_000_000_000)
                        .start();
                var client = server.connect().request("POST", "/", "Content-Length: 8000000")) {
            var sent = CompletableFuture.supplyAsync(() -> send(client, new byte[8_000_000]));
            puppet.tell("sleep 1; wc -c; exit 0");
            assertThat(client.text().strip()).isEqualTo("8000000");
            assertThat(sent.join()).isEqualTo(client);
        }
    }

    private static StreamClient send(StreamClient client, byte[] bytes) {
        try {
            return client.send(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aReaderThatTakesNothingIsGivenUp() throws IOException {
        assumeThat(Boolean.getBoolean("streamer.keep")).isFalse(); // such a run goes on
        try (var server = TestServer.of(Commands.sh("yes"))
                        .writeTimeout(Duration.ofMillis(300))
                        .start();
                var client = new StreamClient(server.address(), 4096).request("GET", "/")) {
            server.accessLine("ended=write-timeout");
            assertThat(client.end()).isNotEqualTo(End.CLEAN);
            server.awaitNoRun();
        }
    }

    @Test
    void aCommandThatClosesItsOutputAndGoesOnIsIdle() throws IOException {
        try (var server = TestServer.of(Commands.sh("echo x; exec >&-; sleep 1000"))
                        .idleTimeout(Duration.ofMillis(300))
                        .start();
                var client = server.get("/")) {
            assertThat(client.text()).isEqualTo("x\n");
            server.accessLine("ended=idle-timeout");
        }
    }

    @Test
    void heartbeatsThatAReaderDoesNotTakeCountToo() throws IOException {
        assumeThat(Boolean.getBoolean("streamer.keep")).isFalse(); // such a run goes on
        try (var server = TestServer.of(Commands.silent())
                        .heartbeat(Duration.ofMillis(1), "x".repeat(60_000))
                        .statusWait(Duration.ZERO)
                        .writeTimeout(Duration.ofMillis(300))
                        .start();
                var client = new StreamClient(server.address(), 4096).request("GET", "/")) {
            server.accessLine("ended=write-timeout");
            assertThat(client.end()).isNotEqualTo(End.CLEAN);
            server.awaitNoRun();
        }
    }

    @Test
    void silenceIsNoReasonToGiveAReaderUp() throws IOException {
        try (var server = TestServer.of(Commands.sh("echo one; sleep 1; echo two"))
                        .writeTimeout(Duration.ofMillis(300))
                        .start();
                var client = server.get("/")) {
            assertThat(client.text()).isEqualTo("one\ntwo\n");
            assertThat(client.end()).isEqualTo(End.CLEAN);
        }
    }

    @Test
    void oneConnectionTooManyWaitsUntilAnotherEnds() throws IOException {
        try (var server =
                TestServer.of(Commands.printing("hi")).maxConnections(4).start()) {
            var clients = new ArrayList<StreamClient>();
            for (var i = 0; i < 4; i++) {
                clients.add(server.get("/-/health"));
                assertThat(clients.get(i).status()).isEqualTo(200);
            }
            try (var late = server.get("/")) {
                assertThat(late.hasMore()).isFalse();
                for (var client : clients) {
                    client.close();
                }
                assertThat(late.text()).isEqualTo("hi");
            }
        }
    }
}
