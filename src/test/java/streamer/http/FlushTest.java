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
import streamer.testing.Wait;

@ExtendWith(NothingLeft.class)
class FlushTest {
    @Test
    void eachLineIsThereBeforeTheNextIsWritten() throws IOException {
        try (var puppet = new Puppet();
                var server = TestServer.of(puppet.command()).start();
                var client = server.get("/")) {
            for (var i = 0; i < 5; i++) {
                puppet.tell("echo line " + i);
                assertThat(client.piece()).isEqualTo("line " + i + "\n");
            }
            puppet.tell("exit 0");
            assertThat(client.piece()).isNull();
            assertThat(client.end()).isEqualTo(End.CLEAN);
        }
    }

    @Test
    void anUnfinishedLineIsThereAtOnce() throws IOException {
        try (var puppet = new Puppet();
                var server = TestServer.of(puppet.command()).start();
                var client = server.get("/")) {
            puppet.tell("printf 'working… '");
            assertThat(client.piece()).isEqualTo("working… ");
            puppet.tell("printf '10%%\\r'");
            assertThat(client.piece()).isEqualTo("10%\r");
            puppet.tell("printf '20%%\\r'");
            assertThat(client.piece()).isEqualTo("20%\r");
        }
    }

    @Test
    void bytesWaitForTheThresholdAndLeaveTogether() throws IOException {
        try (var puppet = new Puppet();
                var server =
                        TestServer.of(puppet.command()).flush(8, Duration.ZERO).start();
                var client = server.get("/")) {
            puppet.tellAndWait("printf aaa");
            puppet.tellAndWait("printf bbb");
            puppet.tell("printf cc");
            assertThat(client.piece()).isEqualTo("aaabbbcc");
            puppet.tellAndWait("printf ddd");
            puppet.tell("exit 0");
            assertThat(client.piece()).isEqualTo("ddd");
            assertThat(client.end()).isEqualTo(End.CLEAN);
        }
    }

    @Test
    void theHeadDoesNotTakeThemWithIt() throws IOException {
        try (var puppet = new Puppet();
                var server = TestServer.of(puppet.command())
                        .flush(8, Duration.ZERO)
                        .statusWait(Duration.ofMillis(100))
                        .start();
                var client = server.get("/")) {
            puppet.tellAndWait("printf aaa");
            assertThat(client.status()).isEqualTo(200);
            puppet.tellAndWait("sleep 0.2");
            puppet.tell("printf bbbbb");
            assertThat(client.piece()).isEqualTo("aaabbbbb");
        }
    }

    @Test
    void fewerBytesLeaveAfterATime() throws IOException {
        try (var puppet = new Puppet();
                var server = TestServer.of(puppet.command())
                        .flush(4096, Duration.ofMillis(150))
                        .start();
                var client = server.get("/")) {
            puppet.tell("printf aaa");
            assertThat(client.piece()).isEqualTo("aaa");
            puppet.tell("printf bbb");
            assertThat(client.piece()).isEqualTo("bbb");
        }
    }

    @Test
    void waitingBytesAreTheHeartbeat() throws IOException {
        try (var puppet = new Puppet();
                var server = TestServer.of(puppet.command())
                        .flush(4096, Duration.ZERO)
                        .heartbeat(Duration.ofMillis(200), ".")
                        .statusWait(Duration.ZERO)
                        .start();
                var client = server.get("/")) {
            puppet.tell("printf aaa");
            assertThat(client.piece()).isEqualTo("aaa");
            assertThat(client.piece()).isEqualTo(".");
            assertThat(client.piece()).isEqualTo(".");
        }
    }

    @Test
    void heartbeatsGoOnAfterAReaderHasStalled() throws IOException {
        try (var server = TestServer.of(Commands.sh("head -c 9000000 /dev/zero | tr '\\0' x; echo; sleep 1000"))
                        .heartbeat(Duration.ofMillis(200), "#")
                        .start();
                var client = new StreamClient(server.address(), 4096).request("GET", "/")) {
            assertThat(client.status()).isEqualTo(200);
            var deadline = System.nanoTime() + Duration.ofSeconds(1).toNanos();
            Wait.until("heartbeats have been due meanwhile", () -> System.nanoTime() > deadline);
            var bytes = 0L;
            while (bytes < 9_000_001) {
                bytes += String.valueOf(client.piece()).replace("#", "").length();
            }
            assertThat(client.piece()).isEqualTo("#");
            assertThat(client.piece()).isEqualTo("#");
        }
    }

    @Test
    void aPlainStreamHasNoHeartbeatOfItsOwn() throws IOException {
        try (var server = TestServer.of(Commands.sh("sleep 0.5; echo end"))
                        .heartbeat(Duration.ofMillis(50), "")
                        .statusWait(Duration.ZERO)
                        .start();
                var client = server.get("/")) {
            assertThat(client.text()).isEqualTo("end\n");
        }
    }

    @Test
    void theHeadComesAfterAWhileOfSilence() throws IOException {
        try (var server = TestServer.of(Commands.silent())
                        .statusWait(Duration.ofMillis(100))
                        .start();
                var client = server.get("/")) {
            assertThat(client.status()).isEqualTo(200);
            assertThat(client.header("Content-Type")).isEqualTo("text/plain; charset=utf-8");
        }
    }

    @Test
    void aStreamSaysThatNobodyMayHoldIt() throws IOException {
        try (var server = TestServer.of(Commands.printing("x")).start();
                var client = server.get("/", "Connection: close")) {
            assertThat(client.header("Transfer-Encoding")).isEqualTo("chunked");
            assertThat(client.header("Cache-Control")).isEqualTo("no-cache, no-transform");
            assertThat(client.header("Vary")).isEqualTo("Accept");
            assertThat(client.header("X-Content-Type-Options")).isEqualTo("nosniff");
            assertThat(client.header("X-Accel-Buffering")).isEqualTo("no");
            assertThat(client.header("X-Robots-Tag")).isEqualTo("noindex");
            assertThat(client.header("Streamer-Run")).matches("[0-9a-f]{32}");
            assertThat(client.header("Trailer")).isEqualTo("Streamer-Exit-Code, Streamer-Ended");
        }
    }
}
