package streamer.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import streamer.testing.Commands;
import streamer.testing.Http2Client;
import streamer.testing.NothingLeft;
import streamer.testing.Puppet;
import streamer.testing.TestServer;

@ExtendWith(NothingLeft.class)
class Http2Test {
    @Test
    void eachLineIsThereBeforeTheNextIsWritten() throws IOException {
        try (var puppet = new Puppet();
                var server = TestServer.of(puppet.command()).start();
                var client = new Http2Client(server.address())) {
            puppet.tell("echo one");
            var stream = client.get("/");
            assertThat(stream.piece()).isEqualTo("one\n");
            puppet.tell("echo two");
            assertThat(stream.piece()).isEqualTo("two\n");
            puppet.tell("exit 0");
            assertThat(stream.piece()).isNull();
            assertThat(stream.status()).isEqualTo(200);
            assertThat(stream.header("Transfer-Encoding")).isNull();
            server.accessLine("exit=0 ended=exit");
        }
    }

    @Test
    void failureResetsTheStream() throws IOException {
        try (var server = TestServer.of(Commands.sh("echo some; exit 3")).start();
                var client = new Http2Client(server.address())) {
            var stream = client.get("/");
            assertThatThrownBy(stream::text).isInstanceOf(IOException.class);
            assertThat(client.get("/-/health").text())
                    .as("the connection lives on")
                    .isEqualTo("ok\n");
        }
    }

    @Test
    void whatWasSilentForAWhileLosesNothing() throws IOException {
        try (var server = TestServer.of(Commands.sh("sleep 0.5; echo one; sleep 0.5; echo two"))
                        .statusWait(Duration.ofMillis(100))
                        .start();
                var client = new Http2Client(server.address())) {
            var first = client.get("/");
            var second = client.get("/");
            assertThat(first.text()).isEqualTo("one\ntwo\n");
            assertThat(second.text()).isEqualTo("one\ntwo\n");
        }
    }

    @Test
    void aSilentFailureIsA500() throws IOException {
        try (var server = TestServer.of(Commands.exiting(3)).start();
                var client = new Http2Client(server.address())) {
            var stream = client.get("/");
            assertThat(stream.status()).isEqualTo(500);
            assertThat(stream.header("Streamer-Exit-Code")).isEqualTo("3");
        }
    }

    @Test
    void aResetStreamStopsItsRunAndNoOther() throws IOException {
        assumeThat(Boolean.getBoolean("streamer.keep")).isFalse(); // such a run goes on
        try (var server = TestServer.of(
                                Commands.sh("echo $STREAMER_QUERY_N; sleep ${STREAMER_QUERY_S:-1000}; echo end"))
                        .start();
                var client = new Http2Client(server.address())) {
            var first = client.get("/?n=1");
            var second = client.get("/?n=2&s=2");
            assertThat(first.piece()).isEqualTo("1\n");
            assertThat(second.piece()).isEqualTo("2\n");
            first.reset();
            server.accessLine("ended=client-gone");
            assertThat(second.text()).isEqualTo("end\n");
            server.accessLine("exit=0 ended=exit");
        }
    }

    @Test
    void aLostConnectionStopsItsRuns() throws IOException {
        assumeThat(Boolean.getBoolean("streamer.keep")).isFalse(); // such a run goes on
        try (var server = TestServer.of(Commands.sh("echo ready; sleep 1000")).start()) {
            try (var client = new Http2Client(server.address())) {
                assertThat(client.get("/").piece()).isEqualTo("ready\n");
                assertThat(client.get("/").piece()).isEqualTo("ready\n");
            }
            server.awaitNoRun();
            assertThat(server.accessLines()).hasSize(2).allMatch(line -> line.contains("ended=client-gone"));
        }
    }

    @Test
    void anUploadThatOutlivesItsRunDisturbsNoOther() throws IOException {
        try (var puppet = new Puppet();
                var server = TestServer.of(Commands.either("[ $REQUEST_METHOD = POST ]", "head -c 4", puppet.command()))
                        .start();
                var client = new Http2Client(server.address())) {
            puppet.tell("echo one");
            var other = client.get("/");
            assertThat(other.piece()).isEqualTo("one\n");
            var upload = client.post("/");
            upload.send(new byte[10]);
            assertThat(upload.text()).hasSize(4);
            puppet.tell("echo two; exit 0");
            assertThat(other.text()).isEqualTo("two\n");
            server.accessLine("GET / 200 8B");
        }
    }

    @Test
    void manyBytesArriveUnchanged() throws IOException {
        try (var server = TestServer.of(Commands.sh("yes | head -c 20000000")).start();
                var client = new Http2Client(server.address())) {
            assertThat(client.get("/").text())
                    .hasSize(20_000_000)
                    .startsWith("y\ny\n")
                    .endsWith("y\ny\n");
        }
    }
}
