package streamer.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import streamer.testing.Commands;
import streamer.testing.NothingLeft;
import streamer.testing.StreamClient;
import streamer.testing.StreamClient.End;
import streamer.testing.TestServer;
import streamer.testing.Wait;

/** Kept runs whose time is over while somebody watches. */
@ExtendWith(NothingLeft.class)
class WatchedTest {
    /** More than the sockets between a slow client and the server hold. */
    private static final long LONG = 20_000_000;

    @Test
    void aRunIsNotForgottenWhileItIsWatched() throws IOException {
        var size = "head -c \"$STREAMER_QUERY_N\" /dev/zero";
        try (var server = TestServer.of(Commands.sh(size))
                        .keep(Duration.ofMillis(1))
                        .start();
                var slow = new StreamClient(server.address(), 10_000).request("GET", "/?n=" + LONG)) {
            assertThat(slow.status()).isEqualTo(200);
            var watched = "/-/runs/" + slow.header("Streamer-Run");
            Wait.until("it ends", () -> text(server, watched).contains("\"ended\":\"exit\""));
            awaitForgotten(server, run(server));
            assertThat(slow.bytes()).hasSize((int) LONG);
            assertThat(slow.end()).isEqualTo(End.CLEAN);
            awaitForgotten(server, watched);
        }
    }

    private static String run(TestServer server) throws IOException {
        try (var client = server.get("/?n=1")) {
            return "/-/runs/" + client.header("Streamer-Run");
        }
    }

    private static void awaitForgotten(TestServer server, String run) {
        Wait.until("it is forgotten", () -> {
            try (var client = server.connect().request("HEAD", run + "/output")) {
                return client.status() == 404;
            }
        });
    }

    private static String text(TestServer server, String path) throws IOException {
        try (var client = server.get(path)) {
            return client.text();
        }
    }
}
