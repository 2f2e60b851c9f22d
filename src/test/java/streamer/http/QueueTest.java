package streamer.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import streamer.testing.Commands;
import streamer.testing.Http2Client;
import streamer.testing.NothingLeft;
import streamer.testing.Puppet;
import streamer.testing.StreamClient;
import streamer.testing.TestServer;
import streamer.testing.Wait;

/** Requests that wait in line for a run to end. */
@ExtendWith(NothingLeft.class)
class QueueTest {
    /** The first of all runs does as the puppet is told; the others say their number. */
    private static TestServer.Setup one(Puppet puppet, int places) throws IOException {
        var command = Commands.either("[ -n \"$STREAMER_QUERY_N\" ]", "echo $STREAMER_QUERY_N", puppet.command());
        return TestServer.of(command).maxRuns(1).queue(places);
    }

    private static StreamClient occupy(TestServer server, Puppet puppet) throws IOException {
        var first = server.get("/");
        puppet.tell("echo first");
        assertThat(first.piece()).isEqualTo("first\n");
        return first;
    }

    @Test
    void theyHaveTheirTurnInOrder() throws IOException {
        try (var puppet = new Puppet();
                var server = one(puppet, 5).start();
                var first = occupy(server, puppet)) {
            var line = new ArrayList<StreamClient>();
            for (var n = 0; n < 5; n++) {
                line.add(server.get("/?n=" + n));
                awaitWaiting(server, n + 1);
            }
            try (var tooMany = server.get("/?n=5")) {
                assertThat(tooMany.status()).isEqualTo(503);
                assertThat(tooMany.header("Retry-After")).isEqualTo("1");
            }
            puppet.tell("exit 0");
            assertThat(first.text()).isEmpty();
            for (var n = 0; n < 5; n++) {
                try (var client = line.get(n)) {
                    assertThat(client.text()).isEqualTo(n + "\n");
                }
            }
            server.awaitNoRun();
            var times = server.accessLines().stream()
                    .filter(answer -> answer.contains("ended=exit"))
                    .toList();
            assertThat(times).hasSize(6);
        }
    }

    private static void awaitWaiting(TestServer server, int number) {
        Wait.until(number + " wait", () -> server.runs().waiting() == number);
    }

    @Test
    void whoLeavesTheLineIsNotLaunched() throws IOException {
        try (var puppet = new Puppet();
                var server = one(puppet, 2).start();
                var first = occupy(server, puppet)) {
            try (var gone = server.get("/?n=1")) {
                awaitWaiting(server, 1);
                assertThat(gone.hasMore()).isFalse();
            }
            assertThat(server.accessLine("ended=client-gone")).contains(" exit=- ");
            awaitWaiting(server, 0);
            try (var next = server.get("/?n=2")) {
                puppet.tell("exit 0");
                assertThat(next.text()).isEqualTo("2\n");
            }
            assertThat(first.text()).isEmpty();
        }
    }

    @Test
    void whoLeavesTheLineOnHttp2IsNotLaunchedEither() throws IOException {
        try (var puppet = new Puppet();
                var server = one(puppet, 2).start();
                var first = occupy(server, puppet)) {
            try (var client = new Http2Client(server.address())) {
                client.post("/?n=1").finish();
                awaitWaiting(server, 1);
            }
            awaitWaiting(server, 0);
            puppet.tell("exit 0");
            assertThat(first.text()).isEmpty();
        }
    }

    @Test
    void anEventStreamHasItsHeadAndHeartbeatsMeanwhile() throws IOException {
        try (var puppet = new Puppet();
                var server =
                        one(puppet, 1).heartbeat(Duration.ofMillis(100), "").start();
                var first = occupy(server, puppet);
                var waiting = server.get("/?n=1", "Accept: text/event-stream")) {
            assertThat(waiting.piece()).startsWith("id: ");
            assertThat(waiting.piece()).startsWith(":");
            puppet.tell("exit 0");
            assertThat(waiting.text())
                    .contains("data: 1\n")
                    .contains("event: exit")
                    .as("one beginning")
                    .doesNotContainPattern("id: \\w+:0\n");
            assertThat(first.text()).isEmpty();
        }
    }

    @Test
    void anUploadWaitsUnread() throws IOException {
        try (var puppet = new Puppet();
                var server = TestServer.of(Commands.either("[ $REQUEST_METHOD = POST ]", "wc -c", puppet.command()))
                        .maxRuns(1)
                        .queue(1)
                        .start();
                var first = occupy(server, puppet);
                var upload = server.connect().request("POST", "/", "Content-Length: 300000")) {
            awaitWaiting(server, 1);
            upload.send(new byte[1000]);
            puppet.tell("exit 0");
            upload.send(new byte[299_000]);
            assertThat(upload.text().strip()).isEqualTo("300000");
            assertThat(first.text()).isEmpty();
        }
    }

    @Test
    void theLineIsSentHomeAtShutdown() throws IOException {
        try (var puppet = new Puppet();
                var server = one(puppet, 2).start();
                var first = occupy(server, puppet);
                var plain = server.get("/?n=1");
                var events = server.get("/?n=2", "Accept: text/event-stream")) {
            awaitWaiting(server, 2);
            assertThat(events.piece()).startsWith("id: ");
            server.runs().signalled(15);
            assertThat(plain.status()).isEqualTo(503);
            assertThat(plain.header("Retry-After")).isNotEmpty();
            assertThat(events.text()).contains("event: exit").contains("\"ended\":\"shutdown\"");
            puppet.tell("echo last; exit 0");
            assertThat(first.text()).as("what runs is drained").isEqualTo("last\n");
        }
    }

    @Test
    void theNextInLineHasTheSlotOfOneThatCannotBeLaunched() throws IOException {
        assumeThat(Boolean.getBoolean("streamer.keep")).isFalse(); // there it is refused before
        try (var puppet = new Puppet();
                var server = TestServer.of(Commands.either("[ -n \"$STREAMER_QUERY_N\" ]", "echo ok", puppet.command()))
                        .maxRuns(1)
                        .queue(2)
                        .start();
                var first = occupy(server, puppet);
                var bad = server.get("/?n=%00");
                var good = server.get("/?n=1")) {
            awaitWaiting(server, 2);
            puppet.tell("exit 0");
            assertThat(bad.status()).isEqualTo(400);
            assertThat(good.text()).isEqualTo("ok\n");
            assertThat(first.text()).isEmpty();
        }
    }
}
