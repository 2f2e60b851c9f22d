package streamer.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import streamer.testing.Commands;
import streamer.testing.NothingLeft;
import streamer.testing.Puppet;
import streamer.testing.TestServer;
import streamer.testing.Wait;

/** {@code /-/metrics}: what is counted. */
@ExtendWith(NothingLeft.class)
class MetricsTest {
    private static String metrics(TestServer server) throws IOException {
        try (var client = server.get("/-/metrics")) {
            assertThat(client.status()).isEqualTo(200);
            assertThat(client.header("Content-Type")).isEqualTo("text/plain; version=0.0.4; charset=utf-8");
            return client.text();
        }
    }

    private static void awaitMetrics(TestServer server, String... lines) {
        Wait.until(String.join("", lines), () -> Arrays.stream(lines).allMatch(metrics(server)::contains));
    }

    @Test
    void runsAreCountedByHowTheyEnd() throws IOException {
        try (var server = TestServer.of(Commands.sh("echo hi; exit 3")).start()) {
            try (var client = server.get("/")) {
                client.text();
            }
            server.accessLine("ended=exit");
            assertThat(metrics(server)) // the first: another one counts the bytes of this
                    .contains("streamer_launch_duration_seconds_count 1\n")
                    .contains("streamer_requests_total{code=\"200\"} 1.0\n")
                    .contains("streamer_sent_bytes_total 3.0\n")
                    .contains("# TYPE jvm_memory_used_bytes gauge\n");
            awaitMetrics(
                    server,
                    "streamer_runs_ended_total{ended=\"exit\"} 1.0\n",
                    "streamer_run_duration_seconds_count 1\n",
                    "streamer_runs_running 0.0\n");
        }
    }

    @Test
    void whatGoesOnIsSeen() throws IOException {
        try (var server = TestServer.of(Commands.sh("echo hi; exec sleep 60"))
                        .maxRuns(1)
                        .queue(1)
                        .start();
                var first = server.get("/");
                var second = server.get("/")) {
            assertThat(first.status()).isEqualTo(200);
            assertThat(metrics(server))
                    .contains("streamer_runs_running 1.0\n")
                    .contains("streamer_runs_queued 1.0\n")
                    .contains("streamer_viewers 2.0\n")
                    .contains("streamer_connections 3.0\n");
            second.reset();
        }
    }

    @Test
    void refusalsAreCountedByTheirReason() throws IOException {
        try (var server = TestServer.of(Commands.sh("exec sleep 60"))
                        .maxRuns(1)
                        .queue(0)
                        .start();
                var one = server.get("/")) {
            Wait.until("it runs", () -> server.runs().running() == 1);
            try (var refused = server.get("/");
                    var unknown = server.get("/nowhere")) {
                assertThat(refused.status()).isEqualTo(503);
                assertThat(unknown.status()).isEqualTo(404);
            }
            server.accessLine("/nowhere");
            assertThat(metrics(server))
                    .contains("streamer_refusals_total{reason=\"no-slot\"} 1.0\n")
                    .contains("streamer_refusals_total{reason=\"not-found\"} 1.0\n");
            one.reset();
        }
    }

    @Test
    void bytesAreCountedWhileTheyAreSent() throws IOException {
        try (var puppet = new Puppet();
                var server = TestServer.of(puppet.command()).start();
                var client = server.get("/")) {
            puppet.tell("echo hi");
            assertThat(client.piece()).isEqualTo("hi\n");
            puppet.tell("echo ho");
            assertThat(client.piece()).isEqualTo("ho\n"); // after which the first is counted
            assertThat(metrics(server))
                    .contains("streamer_viewers 1.0\n")
                    .containsPattern("streamer_sent_bytes_total [36]\\.0\n");
            client.reset();
        }
    }

    /** So that the first of its kind is seen to be one more. */
    @Test
    void whatMayBeCountedIsThereFromTheBeginning() throws IOException {
        try (var server =
                TestServer.of(Commands.printing("hi")).maxRuns(7).queue(0).start()) {
            assertThat(metrics(server))
                    .contains("streamer_runs_ended_total{ended=\"timeout\"} 0.0\n")
                    .contains("streamer_refusals_total{reason=\"no-slot\"} 0.0\n")
                    .contains("streamer_runs_max 7.0\n");
        }
    }

    @Test
    void whatWasNotLaunchedHasTakenNoTime() throws IOException {
        try (var server = TestServer.of(Commands.sh("exec sleep 60"))
                        .maxRuns(1)
                        .queue(1)
                        .start();
                var one = server.get("/")) {
            Wait.until("it runs", () -> server.runs().running() == 1);
            try (var second = server.get("/")) {
                Wait.until("it is in the queue", () -> server.runs().waiting() == 1);
                second.reset();
            }
            awaitMetrics(
                    server,
                    "streamer_run_duration_seconds_count 0\n",
                    "streamer_runs_ended_total{ended=\"client-gone\"} 1.0\n");
            one.reset();
        }
    }

    /** Or else they would be most of what there is. */
    @Test
    void whatMachinesAskForIsNotCounted() throws IOException {
        try (var server = TestServer.of(Commands.printing("hi")).start()) {
            try (var health = server.get("/-/health")) {
                assertThat(health.status()).isEqualTo(200);
            }
            assertThat(metrics(server)).doesNotContain("streamer_requests_total{");
            assertThat(metrics(server)).doesNotContain("streamer_requests_total{");
            try (var client = server.get("/")) {
                client.text();
            }
            server.accessLine("GET / ");
            assertThat(server.accessLines()).noneMatch(line -> line.contains("/-/"));
        }
    }

    @Test
    void keptBytesAreTold() throws IOException {
        try (var server = TestServer.of(Commands.sh("printf 12345"))
                .keep(Duration.ofHours(1))
                .start()) {
            try (var client = server.get("/")) {
                client.text();
            }
            assertThat(metrics(server)).contains("streamer_kept_bytes 5.0\n").doesNotContain("streamer_store");
        }
    }

    @Test
    void otherMethodsAreRefused() throws IOException {
        try (var server = TestServer.of(Commands.sh("true")).start();
                var client = server.connect().request("POST", "/-/metrics", "Content-Length: 0")) {
            assertThat(client.status()).isEqualTo(405);
            assertThat(client.header("Allow")).isEqualTo("GET, HEAD, OPTIONS");
        }
    }

    @Test
    void whoMustSayWhoTheyAreMustSayItHereToo() throws IOException {
        try (var server = TestServer.of(Commands.sh("true")).token("secret").start();
                var client = server.get("/-/metrics")) {
            assertThat(client.status()).isEqualTo(401);
        }
    }
}
