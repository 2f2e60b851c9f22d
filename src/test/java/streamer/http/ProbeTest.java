package streamer.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import streamer.output.Ending.Reason;
import streamer.testing.Commands;
import streamer.testing.Http2Client;
import streamer.testing.NothingLeft;
import streamer.testing.Puppet;
import streamer.testing.StreamClient;
import streamer.testing.StreamClient.End;
import streamer.testing.TestServer;
import streamer.testing.Wait;

/** {@code /-/probe}: the diagnostic stream. */
@ExtendWith(NothingLeft.class)
class ProbeTest {
    private static TestServer.Setup setup() {
        return TestServer.of(Commands.printing("hi"));
    }

    @Test
    void itsLinesComeOneByOne() throws IOException {
        try (var server = setup().start();
                var client = server.get("/-/probe?n=3&every=50ms&pad=5&unknown=x")) {
            var before = Instant.now().minusSeconds(1);
            for (var i = 1; i <= 3; i++) {
                var parts = String.valueOf(client.piece()).split(" ", 3);
                assertThat(parts).hasSize(3).startsWith(Integer.toString(i)).endsWith(".....\n");
                assertThat(Instant.EPOCH.plusNanos(1_000 * Long.parseLong(parts[1])))
                        .isBetween(before, Instant.now().plusSeconds(1));
            }
            assertThat(client.end()).isEqualTo(End.CLEAN);
            assertThat(server.accessLine("/-/probe")).contains("GET /-/probe 200 ", " exit=0 ended=exit run=");
            server.awaitNoRun();
        }
    }

    @Test
    void itsHeadIsThatOfAStream() throws IOException {
        try (var server = setup().start();
                var stream = server.get("/");
                var probe = server.get("/-/probe?n=1");
                var without = server.get("/-/probe?n=1&accel=0")) {
            for (var name : new String[] {
                "Cache-Control", "Content-Type", "X-Content-Type-Options", "Transfer-Encoding", "Trailer", "Vary"
            }) {
                assertThat(probe.header(name))
                        .as(name)
                        .isNotEmpty()
                        .isEqualTo(stream.header(name))
                        .isEqualTo(without.header(name));
            }
            assertThat(probe.header("X-Accel-Buffering")).isEqualTo("no");
            assertThat(without.header("X-Accel-Buffering")).isEmpty();
            assertThat(probe.header("Streamer-Probe")).isEqualTo("HTTP/1.1");
            assertThat(stream.header("Streamer-Probe")).isEmpty();
        }
    }

    @Test
    void theTimeAloneIsNoStream() throws IOException {
        try (var server = setup().maxRuns(1).start();
                var probe = server.get("/-/probe?n=1000");
                var client = server.get("/-/probe?n=0")) {
            assertThat(probe.status()).isEqualTo(200);
            assertThat(client.status()).isEqualTo(200);
            assertThat(client.header("Content-Length")).isNotEmpty();
            assertThat(client.text()).matches("0 \\d{16}\n");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "n=1001",
                "n=-1",
                "n=x",
                "n=",
                "n=1&n=1",
                "n=99999999999",
                "every=9ms",
                "every=61s",
                "every=0",
                "every=100",
                "every=",
                "pad=4097",
                "pad=1k",
                "accel=2",
                "accel=no"
            })
    void aBadValueIsRefused(String query) throws IOException {
        try (var server = setup().start();
                var client = server.get("/-/probe?" + query)) {
            assertThat(client.status()).isEqualTo(400);
            assertThat(client.text())
                    .startsWith(query.replaceFirst("=.*", "") + " is one ")
                    .hasLineCount(1);
            assertThat(client.header("Streamer-Probe")).isNotEmpty();
        }
    }

    @Test
    void itTakesNoLongerThanARunMay() throws IOException {
        try (var server = setup().start();
                var client = server.get("/-/probe?n=3&every=60s")) {
            assertThat(client.status()).isEqualTo(400);
            assertThat(client.text()).isEqualTo("n times every is 2m at most.\n");
        }
        try (var server = setup().timeout(Duration.ofMillis(300)).start();
                var client = server.get("/-/probe?n=2&every=60s")) {
            assertThat(client.piece()).startsWith("1 ");
            assertThat(client.end()).isEqualTo(End.BROKEN_OFF);
            assertThat(server.accessLine("/-/probe")).contains(" ended=timeout ");
        }
    }

    @Test
    void itHasNoBody() throws IOException {
        try (var server = setup().start();
                var client = server.connect().request("GET", "/-/probe", "Content-Length: 1")) {
            assertThat(client.status()).isEqualTo(400);
            assertThat(client.text()).isEqualTo("A probe has no body.\n");
        }
    }

    /** It is to find the buffers of others. */
    @Test
    void itIsFlushedAtOnce() throws IOException {
        try (var server = setup().flush(4096, Duration.ZERO).start();
                var client = server.get("/-/probe?n=2&every=60s")) {
            assertThat(client.piece()).startsWith("1 ");
            client.reset();
        }
    }

    @Test
    void itsLimitsAreAllowed() throws IOException {
        try (var server = setup().start();
                var client = server.get("/-/probe?n=2&every=60s&pad=4096")) {
            assertThat(client.piece()).matches("1 \\d{16} \\.{4096}\n");
        }
    }

    @Test
    void otherMethodsRunNothing() throws IOException {
        try (var server = setup().start();
                var client = server.connect()) {
            assertThat(client.request("HEAD", "/-/probe").status()).isEqualTo(200);
            assertThat(client.header("X-Accel-Buffering")).isEqualTo("no");
            assertThat(client.end()).isEqualTo(End.CLEAN);
            assertThat(client.next().request("OPTIONS", "/-/probe").status()).isEqualTo(204);
            assertThat(client.header("Allow")).isEqualTo("GET, HEAD, OPTIONS");
            assertThat(client.next().request("DELETE", "/-/probe").status()).isEqualTo(405);
            assertThat(client.text()).isEqualTo("DELETE is not allowed here, only GET, HEAD, OPTIONS.\n");
        }
    }

    @Test
    void itIsForThoseWhoMayRunTheCommand() throws IOException {
        try (var server = setup().token("secret").start();
                var stranger = server.get("/-/probe");
                var client = server.get("/-/probe?n=1", "Authorization: Bearer secret")) {
            assertThat(stranger.status()).isEqualTo(401);
            assertThat(client.status()).isEqualTo(200);
            try (var foreign = server.get(
                    "/-/probe",
                    "Authorization: Bearer secret",
                    "Origin: http://evil.example",
                    "Sec-Fetch-Site: cross-site")) {
                assertThat(foreign.status()).isEqualTo(403);
            }
        }
    }

    @Test
    void itTakesASlotAndDoesNotWaitForOne() throws IOException {
        try (var server = setup().maxRuns(1).queue(3).start()) {
            try (var probe = server.get("/-/probe?n=1000&every=10ms")) {
                assertThat(probe.piece()).startsWith("1 ");
                try (var second = server.get("/-/probe")) {
                    assertThat(second.status()).isEqualTo(503);
                    assertThat(second.text())
                            .isEqualTo("All runs are taken, and a probe does not wait in the queue.\n");
                }
            }
            server.accessLine("ended=client-gone");
            try (var client = server.get("/")) {
                assertThat(client.text()).isEqualTo("hi");
            }
        }
    }

    @Test
    void withoutASlotItIsRefusedAsARunIs() throws IOException {
        try (var puppet = new Puppet();
                var server = TestServer.of(puppet.command()).maxRuns(1).start();
                var run = server.get("/")) {
            puppet.tell("echo begun");
            assertThat(run.piece()).isEqualTo("begun\n");
            try (var probe = server.get("/-/probe")) {
                assertThat(probe.status()).isEqualTo(503);
                assertThat(probe.header("Retry-After")).isEqualTo("1");
                assertThat(probe.text()).contains("--max-runs");
            }
            puppet.tell("exit 0");
            assertThat(run.end()).isEqualTo(End.CLEAN);
        }
    }

    @Test
    void fourGoOnBesideEachOtherAndARun() throws IOException {
        try (var puppet = new Puppet();
                var server = TestServer.of(puppet.command()).start();
                var run = server.get("/")) {
            var probes = new ArrayList<StreamClient>();
            for (var i = 0; i < 4; i++) {
                probes.add(server.get("/-/probe?n=1000"));
                assertThat(probes.get(i).piece()).startsWith("1 ");
            }
            try (var fifth = server.get("/-/probe")) {
                assertThat(fifth.status()).isEqualTo(503);
                assertThat(fifth.text()).isEqualTo("Four probes go on already.\n");
            }
            puppet.tell("echo between");
            assertThat(run.piece()).isEqualTo("between\n");
            for (var probe : probes) {
                assertThat(probe.piece()).startsWith("2 ");
                probe.close();
            }
            Wait.until(
                    "all have ended",
                    () -> server.accessLines().stream()
                                    .filter(line -> line.contains("ended=client-gone"))
                                    .count()
                            == 4);
            try (var next = server.get("/-/probe?n=1")) {
                assertThat(next.end()).isEqualTo(End.CLEAN);
            }
            puppet.tell("exit 0");
            assertThat(run.end()).isEqualTo(End.CLEAN);
        }
    }

    /** Though its next line is far. */
    @Test
    void aClientThatLeavesIsNoticedAtOnce() throws IOException {
        try (var server = setup().start()) {
            try (var client = server.get("/-/probe?n=2&every=60s")) {
                assertThat(client.piece()).startsWith("1 ");
            }
            assertThat(server.accessLine("/-/probe")).contains(" ended=client-gone ");
            server.awaitNoRun();
        }
    }

    /** After it has filled what sockets hold. */
    @Test
    @Tag("long")
    void aClientThatDoesNotReadIsCutOff() throws IOException {
        try (var server = setup().writeTimeout(Duration.ofSeconds(1)).start();
                var client = new StreamClient(server.address(), 1_024)) {
            client.request("GET", "/-/probe?n=1000&every=10ms&pad=4096").status();
            assertThat(server.accessLine("/-/probe")).contains(" ended=write-timeout ");
        }
    }

    @Test
    void aShutdownBreaksItOff() throws IOException {
        try (var server = setup().start();
                var client = server.get("/-/probe?n=2&every=60s")) {
            assertThat(client.piece()).startsWith("1 ");
            server.runs().stopAll(Reason.SHUTDOWN);
            assertThat(client.end()).isNotEqualTo(End.CLEAN);
            assertThat(server.accessLine("/-/probe")).contains(" ended=shutdown ");
        }
    }

    @Test
    void itSpeaksHttp2AndHttp10() throws IOException {
        try (var server = setup().start();
                var client = new Http2Client(server.address());
                var old = server.connect()) {
            assertThat(client.get("/-/probe?n=3&every=10ms&pad=0").text()).matches("(\\d \\d{16} \n){3}");
            assertThat(old.request10("/-/probe?n=2&every=10ms&pad=0").text()).matches("(\\d \\d{16} \n){2}");
            assertThat(old.header("Streamer-Probe")).isEqualTo("HTTP/1.0");
        }
    }
}
