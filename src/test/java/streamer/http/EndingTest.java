package streamer.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import streamer.http.response.ResponseConfig.OnFailure;
import streamer.process.RunSpec;
import streamer.testing.Commands;
import streamer.testing.NothingLeft;
import streamer.testing.Puppet;
import streamer.testing.StreamClient;
import streamer.testing.StreamClient.End;
import streamer.testing.TestServer;
import streamer.testing.Wait;

@ExtendWith(NothingLeft.class)
class EndingTest {
    @TempDir
    private Path directory;

    @Test
    void successEndsCleanlyWithTrailers() throws IOException {
        try (var server = TestServer.of(Commands.printing("hi")).start();
                var client = server.get("/")) {
            assertThat(client.text()).isEqualTo("hi");
            assertThat(client.end()).isEqualTo(End.CLEAN);
            assertThat(client.trailer("Streamer-Exit-Code")).isEqualTo("0");
            assertThat(client.trailer("Streamer-Ended")).isEqualTo("exit");
            assertThat(server.accessLine("GET / 200 2B")).contains(" exit=0 ended=exit run=");
        }
    }

    @Test
    void silentSuccessIsAnEmptyStream() throws IOException {
        try (var server = TestServer.of(Commands.exiting(0)).start();
                var client = server.get("/")) {
            assertThat(client.status()).isEqualTo(200);
            assertThat(client.text()).isEmpty();
            assertThat(client.trailer("Streamer-Exit-Code")).isEqualTo("0");
        }
    }

    @Test
    void failureBreaksTheStreamOffAfterItsLastByte() throws IOException {
        try (var server = TestServer.of(Commands.sh("printf some; exit 3")).start();
                var client = server.get("/")) {
            assertThat(client.text()).isEqualTo("some");
            assertThat(client.end()).isEqualTo(End.BROKEN_OFF);
            assertThat(server.accessLine("exit=3")).contains("ended=exit");
        }
    }

    @Test
    void failureEndsCleanlyIfAskedTo() throws IOException {
        try (var server = TestServer.of(Commands.sh("printf some; exit 3"))
                        .onFailure(OnFailure.END)
                        .start();
                var client = server.get("/")) {
            assertThat(client.text()).isEqualTo("some");
            assertThat(client.end()).isEqualTo(End.CLEAN);
            assertThat(client.trailer("Streamer-Exit-Code")).isEqualTo("3");
        }
    }

    @Test
    void aKilledCommandHasFailed() throws IOException {
        try (var server = TestServer.of(Commands.sh("printf some; kill -9 $$")).start();
                var client = server.get("/")) {
            assertThat(client.text()).isEqualTo("some");
            assertThat(client.end()).isEqualTo(End.BROKEN_OFF);
            server.accessLine("exit=137 ended=exit");
        }
    }

    @Test
    void http10HasNoOtherSignThanAReset() throws IOException {
        try (var server = TestServer.of(Commands.sh("printf some; exit $STREAMER_QUERY_CODE"))
                .start()) {
            try (var client = server.connect().request10("/?code=0")) {
                assertThat(client.text()).isEqualTo("some");
                assertThat(client.end()).isEqualTo(End.CLEAN);
                assertThat(client.header("Trailer")).isEmpty();
            }
            try (var client = server.connect().request10("/?code=3")) {
                assertThat(client.end()).isEqualTo(End.RESET);
            }
        }
    }

    @Test
    void aSilentFailureSaysWhereItsErrorsAre() throws IOException {
        assumeThat(Boolean.getBoolean("streamer.tty")).isFalse(); // there they are output
        try (var server = TestServer.of(Commands.sh("sleep 1000"))
                        .stderr(RunSpec.Stderr.LOG)
                        .statusWait(Duration.ofSeconds(20))
                        .timeout(Duration.ofMillis(100))
                        .start();
                var client = server.get("/")) {
            assertThat(client.text())
                    .isEqualTo("The run was ended (timeout) before it wrote anything."
                            + " Its standard error is in the server's log; with --stderr merge it comes here.\n");
        }
    }

    @Test
    void aSilentFailureIsA500WithItsCode() throws IOException {
        try (var server = TestServer.of(Commands.exiting(3)).start();
                var client = server.get("/")) {
            assertThat(client.status()).isEqualTo(500);
            assertThat(client.header("Streamer-Exit-Code")).isEqualTo("3");
            assertThat(client.header("Streamer-Ended")).isEqualTo("exit");
            assertThat(client.text()).isEqualTo("The command failed with exit code 3 before it wrote anything.\n");
            assertThat(client.end()).isEqualTo(End.CLEAN);
            server.accessLine("GET / 500");
        }
    }

    @Test
    void aFailureAfterTheHeadIsABreak() throws IOException {
        try (var puppet = new Puppet();
                var server = TestServer.of(puppet.command())
                        .statusWait(Duration.ofMillis(50))
                        .start();
                var client = server.get("/")) {
            assertThat(client.status()).isEqualTo(200);
            puppet.tell("exit 3");
            assertThat(client.text()).isEmpty();
            assertThat(client.end()).isEqualTo(End.BROKEN_OFF);
        }
    }

    @Test
    void whoAsksForItGetsACleanEndOfAFailure() throws IOException {
        try (var server = TestServer.of(Commands.sh("echo out; exit 3")).start();
                var client = server.get("/", "Streamer-On-Failure: end")) {
            assertThat(client.text()).isEqualTo("out\n");
            assertThat(client.end()).isEqualTo(End.CLEAN);
            assertThat(client.trailer("Streamer-Exit-Code")).isEqualTo("3");
        }
    }

    @Test
    void aCommandThatVanishesIsA500() throws IOException {
        var command = Files.writeString(directory.resolve("job"), "#!/bin/sh\necho here\n");
        assertThat(command.toFile().setExecutable(true)).isTrue();
        try (var server = TestServer.of(List.of(command.toString())).start()) {
            try (var client = server.get("/")) {
                assertThat(client.text()).isEqualTo("here\n");
            }
            Files.delete(command);
            try (var client = server.get("/")) {
                assertThat(client.status()).isEqualTo(500);
                assertThat(client.text()).contains("not found").hasLineCount(1);
            }
            assertThat(server.accessLine("exit=- ended=not-launched"))
                    .contains("GET / 500 ")
                    .doesNotContain(" 0B");
        }
    }

    @Test
    void aGrandchildThatKeepsThePipeDoesNotKeepTheResponse() throws IOException {
        assertEndsWith("sleep 1000 &", Duration.ofSeconds(5), false);
    }

    @Test
    void norDoesOneThatCannotBeStopped() throws IOException {
        assertEndsWith("(trap '' TERM; while :; do sleep 1000; done) &", Duration.ofSeconds(8), true);
    }

    @Test
    void norOneThatGoesOnWriting() throws IOException {
        assertEndsWith("trap '' TERM; yes &", Duration.ofMillis(500), false);
    }

    private static void assertEndsWith(String grandchild, Duration killAfter, boolean outlivesResponse)
            throws IOException {
        try (var puppet = new Puppet();
                var server =
                        TestServer.of(puppet.command()).killAfter(killAfter).start();
                var client = server.get("/")) {
            puppet.tell("echo begun");
            assertThat(client.piece()).isEqualTo("begun\n");
            puppet.tell(grandchild + " exit 0");
            assertThat(client.end()).isEqualTo(End.CLEAN);
            assertThat(client.trailer("Streamer-Exit-Code")).isEqualTo("0");
            if (outlivesResponse) {
                assertThat(server.runs().awaitNone(Duration.ZERO)).isFalse();
            }
        }
    }

    @Test
    void theCommandsExitIsTheEndNotThePipes() throws IOException {
        try (var puppet = new Puppet();
                var server = TestServer.of(puppet.command()).start();
                var client = server.get("/")) {
            puppet.tell("echo last; exec >&- 2>&-");
            assertThat(client.piece()).isEqualTo("last\n");
            puppet.tellAndWait(":");
            puppet.tell("exit 4");
            assertThat(client.end()).isEqualTo(End.BROKEN_OFF);
            server.accessLine("exit=4");
        }
    }

    @Test
    void aFilterThatOutlivesTheCommandLosesNothing() throws IOException {
        var script = "echo x; sleep .15; exec > >(sleep .3; cat); seq 1 10";
        try (var server = TestServer.of(Commands.bash(script)).start();
                var client = server.get("/")) {
            assertThat(client.text()).isEqualTo("x\n1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n");
            assertThat(client.end()).isEqualTo(End.CLEAN);
        }
    }

    @Test
    void norDoesOneWhoseCommandHardlyLived() throws IOException {
        try (var server = TestServer.of(Commands.sh("(sleep .2; echo late) & exit 0"))
                        .start();
                var client = server.get("/")) {
            assertThat(client.text()).isEqualTo("late\n");
            assertThat(client.end()).isEqualTo(End.CLEAN);
        }
    }

    @Test
    void norDoesItWhenTheReaderStallsJustThen() throws IOException {
        assumeThat(Boolean.getBoolean("streamer.tty")).isFalse(); // whose slowness counts as waiting
        var ended = directory.resolve("ended");
        var script = "yes | head -c 10000000 & exec > >(sleep .3; cat); echo last; touch " + ended;
        try (var server = TestServer.of(Commands.bash(script)).start();
                var client = new StreamClient(server.address(), 4096).request("GET", "/")) {
            client.status();
            Wait.until("the command has ended before its reader reads", () -> Files.exists(ended));
            var text = client.text();
            assertThat(text).contains("last\n").hasSize(10_000_000 + "last\n".length());
            assertThat(client.end()).isEqualTo(End.CLEAN);
        }
    }

    @Test
    void aBackgroundProcessThatLetGoOfThePipeLivesOn() throws IOException {
        var marker = directory.resolve("alive");
        var background = "(sleep .4; touch " + marker + ") >/dev/null 2>&1 &";
        try (var server = TestServer.of(Commands.sh(background + " echo done")).start();
                var client = server.get("/")) {
            assertThat(client.text()).isEqualTo("done\n");
            server.awaitNoRun();
            Wait.until("the background process goes on", () -> Files.exists(marker));
        }
    }

    @Test
    void standardErrorIsMergedInOrder() throws IOException {
        try (var server = TestServer.of(Commands.sh("echo 1; echo 2 >&2; echo 3"))
                        .stderr(RunSpec.Stderr.MERGE)
                        .start();
                var client = server.get("/")) {
            assertThat(client.text()).isEqualTo("1\n2\n3\n");
        }
    }
}
