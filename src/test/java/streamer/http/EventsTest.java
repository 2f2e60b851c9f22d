package streamer.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import streamer.testing.Commands;
import streamer.testing.NothingLeft;
import streamer.testing.Puppet;
import streamer.testing.StreamClient;
import streamer.testing.StreamClient.End;
import streamer.testing.TestServer;

@ExtendWith(NothingLeft.class)
class EventsTest {
    private static final String ACCEPT = "Accept: text/event-stream";

    private static String run(StreamClient client) throws IOException {
        return client.header("Streamer-Run");
    }

    @Test
    void theHeadComesAtOnceAndEachLineIsAnEvent() throws IOException {
        try (var puppet = new Puppet();
                var server = TestServer.of(puppet.command())
                        .statusWait(Duration.ofHours(1))
                        .start();
                var client = server.get("/", ACCEPT)) {
            assertThat(client.header("Content-Type")).isEqualTo("text/event-stream");
            assertThat(client.piece()).isEqualTo("id: " + run(client) + ":0\n\n");
            puppet.tell("echo one");
            assertThat(client.piece()).isEqualTo("id: " + run(client) + ":4\ndata: one\n\n");
            puppet.tell("exit 3");
            assertThat(client.text())
                    .matches("id: " + run(client)
                            + ":4:end\nevent: exit\ndata: \\{\"run\":\"" + run(client)
                            + "\",\"code\":3,\"ended\":\"exit\",\"millis\":\\d+}\n\n");
            assertThat(client.end()).isEqualTo(End.CLEAN);
        }
    }

    @Test
    void anUnfinishedLineIsShownAfterATimeAndAgainWhole() throws IOException {
        try (var puppet = new Puppet();
                var server = TestServer.of(puppet.command())
                        .flush(1, Duration.ofMillis(100))
                        .start();
                var client = server.get("/", ACCEPT)) {
            client.piece();
            puppet.tell("printf 'work'");
            assertThat(client.piece()).isEqualTo("event: part\ndata: work\n\n");
            puppet.tell("echo ing");
            assertThat(client.piece()).isEqualTo("id: " + run(client) + ":8\ndata: working\n\n");
        }
    }

    @Test
    void orAtOnce() throws IOException {
        try (var puppet = new Puppet();
                var server =
                        TestServer.of(puppet.command()).flush(1, Duration.ZERO).start();
                var client = server.get("/", ACCEPT)) {
            client.piece();
            puppet.tell("printf 'work'");
            assertThat(client.piece()).isEqualTo("event: part\ndata: work\n\n");
        }
    }

    @Test
    void silenceIsFilledWithComments() throws IOException {
        try (var server = TestServer.of(Commands.silent())
                        .heartbeat(Duration.ofMillis(100), "")
                        .start();
                var client = server.get("/", ACCEPT)) {
            client.piece();
            assertThat(client.piece()).isEqualTo(":\n\n");
            assertThat(client.piece()).isEqualTo(":\n\n");
        }
    }
}
