package streamer.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.security.crypto.bcrypt.BCrypt;
import streamer.testing.Commands;
import streamer.testing.Http2Client;
import streamer.testing.NothingLeft;
import streamer.testing.Puppet;
import streamer.testing.StreamClient;
import streamer.testing.StreamClient.End;
import streamer.testing.TestServer;
import streamer.testing.Wait;

/** {@code --share}: equal requests watch one run. */
@ExtendWith(NothingLeft.class)
class ShareTest {
    @TempDir
    private Path directory;

    private static TestServer.Setup sharing(List<String> command) {
        return TestServer.of(command).path("/*").keep(Duration.ofHours(1)).share();
    }

    private static String run(StreamClient client) throws IOException {
        return client.header("Streamer-Run");
    }

    @Test
    void allGetAllFromTheFirstByteWheneverTheyCome() throws IOException {
        var random = new Random(1);
        try (var puppet = new Puppet();
                var server = sharing(puppet.command()).start();
                var http2 = new Http2Client(server.address())) {
            var viewers = new ArrayList<>(List.of(server.get("/")));
            var all = new StringBuilder();
            while (viewers.size() < 10) {
                if (random.nextBoolean()) {
                    var piece = "x".repeat(1 + random.nextInt(100)) + "\n";
                    puppet.tellAndWait("printf '" + piece.strip() + "\\n'");
                    all.append(piece);
                } else {
                    viewers.add(server.get("/"));
                    assertThat(run(viewers.get(viewers.size() - 1))).isEqualTo(run(viewers.get(0)));
                }
            }
            var stream = http2.get("/");
            puppet.tell("echo last; exit 0");
            for (var viewer : viewers) {
                assertThat(viewer.text()).isEqualTo(all + "last\n");
                assertThat(viewer.end()).isEqualTo(End.CLEAN);
                viewer.close();
            }
            assertThat(stream.text()).isEqualTo(all + "last\n");
            Wait.until("each has a line", () -> server.accessLines().size() == 11);
        }
    }

    @Test
    void itGoesOnAsLongAsOneWatches() throws IOException {
        try (var puppet = new Puppet();
                var server = sharing(puppet.command())
                        .unwatched(Duration.ofMillis(1))
                        .start()) {
            try (var second = server.connect()) {
                try (var first = server.get("/")) {
                    puppet.tell("echo one");
                    assertThat(first.piece()).isEqualTo("one\n");
                    assertThat(second.request("GET", "/").piece()).isEqualTo("one\n");
                }
                server.accessLine("client-gone");
                puppet.tell("echo two");
                assertThat(second.piece()).isEqualTo("two\n");
            }
            server.awaitNoRun();
        }
    }

    @Test
    void anotherRequestDoesNotJoin() throws IOException {
        var command = Commands.either("[ $REQUEST_METHOD = POST ]", "cat", Commands.sh("echo ready; exec sleep 1000"));
        try (var server = sharing(command).start();
                var one = server.get("/a?x=1");
                var same = server.get("/a?x=1", "Accept: text/event-stream", "Cookie: other=1");
                var otherQuery = server.get("/a?x=2");
                var noQuery = server.get("/a");
                var otherPath = server.get("/b?x=1");
                var post = server.connect();
                var delete = server.connect();
                var body = server.connect()) {
            post.send("POST /a?x=1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\nhi");
            body.send("GET /a?x=1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\nhi");
            delete.request("DELETE", "/a?x=1");
            assertThat(run(same)).isEqualTo(run(one));
            assertThat(new String[] {
                        run(one), run(otherQuery), run(noQuery), run(otherPath), run(post), run(delete), run(body)
                    })
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    void oneThatIsBeingStoppedIsNotJoined() throws IOException {
        try (var server = sharing(Commands.ignoringTerm())
                        .killAfter(Duration.ofMinutes(10))
                        .start();
                var first = server.get("/")) {
            assertThat(first.piece()).isEqualTo("ready\n");
            try (var stop = server.connect().request("DELETE", "/-/runs/" + run(first))) {
                assertThat(stop.status()).isEqualTo(202);
            }
            try (var second = server.get("/")) {
                assertThat(run(second)).isNotEqualTo(run(first));
                assertThat(second.piece()).isEqualTo("ready\n");
                try (var third = server.get("/")) {
                    assertThat(run(third)).isEqualTo(run(second));
                }
            }
            server.runs().killNow();
        }
    }

    @Test
    void oneThatHasEndedIsNotJoined() throws IOException {
        try (var server = sharing(Commands.printing("x")).start();
                var first = server.get("/")) {
            assertThat(first.text()).isEqualTo("x");
            try (var second = server.get("/")) {
                assertThat(second.text()).isEqualTo("x");
                assertThat(run(second)).isNotEqualTo(run(first));
            }
        }
    }

    @Test
    void oneThatWaitsInTheQueueIsJoined() throws IOException {
        try (var puppet = new Puppet();
                var server = sharing(Commands.either("[ $PATH_INFO = /b ]", "echo b", puppet.command()))
                        .maxRuns(1)
                        .queue(1)
                        .start();
                var first = server.get("/a")) {
            puppet.tell("echo a");
            first.piece();
            try (var second = server.get("/b", "Accept: text/event-stream");
                    var third = server.get("/b", "Accept: text/event-stream")) {
                assertThat(run(third)).isEqualTo(run(second));
                puppet.tell("exit 0");
                assertThat(second.text()).contains("data: b\n").contains("event: exit");
                assertThat(third.text()).contains("data: b\n").contains("event: exit");
            }
        }
    }

    @Test
    void aQueuedRunThatNobodyWaitsForIsNotLaunched() throws IOException {
        try (var puppet = new Puppet();
                var server = sharing(Commands.either("[ $PATH_INFO = /b ]", "echo b", puppet.command()))
                        .maxRuns(1)
                        .queue(1)
                        .start();
                var first = server.get("/a")) {
            puppet.tell("echo a");
            first.piece();
            String queued;
            try (var second = server.get("/b", "Accept: text/event-stream");
                    var third = server.get("/b", "Accept: text/event-stream")) {
                queued = run(second);
                assertThat(run(third)).isEqualTo(queued);
                second.reset();
                Wait.until("one has left", () -> viewers(server, queued).equals("1"));
            }
            Wait.until("it has ended", () -> {
                try (var status = server.get("/-/runs/" + queued)) {
                    return status.status() == 404 || status.text().contains("\"state\":\"ended\"");
                }
            });
            puppet.tell("exit 0");
            server.awaitNoRun();
            try (var status = server.get("/-/runs/" + queued)) {
                assertThat(status.text()).doesNotContain("\"code\":0");
            }
        }
    }

    private static String viewers(TestServer server, String run) throws IOException {
        try (var status = server.get("/-/runs/" + run)) {
            return status.text().replaceFirst("(?s).*\"viewers\":(\\d+).*", "$1");
        }
    }

    private static String basic(String user) {
        return "Authorization: Basic "
                + Base64.getEncoder().encodeToString((user + ":pass").getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void usersShareNeitherRunsNorKeys() throws IOException {
        var hash = BCrypt.hashpw("pass", BCrypt.gensalt("$2y", 4));
        var file = Files.writeString(directory.resolve("users"), "alice:" + hash + "\nbob:" + hash + "\n");
        try (var server = sharing(Commands.sh("echo $REMOTE_USER; exec sleep 1000"))
                        .passwordFile(file)
                        .start();
                var alice = server.get("/", basic("alice"));
                var bob = server.get("/", basic("bob"));
                var aliceAgain = server.get("/", basic("alice"));
                var aliceKey = server.get("/key", basic("alice"), "Idempotency-Key: k");
                var bobKey = server.get("/key", basic("bob"), "Idempotency-Key: k")) {
            assertThat(bob.piece()).isEqualTo("bob\n");
            assertThat(bobKey.piece()).isEqualTo("bob\n");
            assertThat(run(aliceAgain)).isEqualTo(run(alice));
            assertThat(new String[] {run(alice), run(bob), run(aliceKey), run(bobKey)})
                    .doesNotHaveDuplicates();
        }
    }
}
