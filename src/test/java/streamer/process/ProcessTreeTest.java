package streamer.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import streamer.testing.Commands;
import streamer.testing.NothingLeft;
import streamer.testing.StreamClient;
import streamer.testing.StreamClient.End;
import streamer.testing.TestServer;
import streamer.testing.Wait;

/** When a run is stopped, all of its tree goes, however it has scattered. */
@ExtendWith(NothingLeft.class)
class ProcessTreeTest {
    private static final String MARK = "STREAMER_TEST_TREE";

    enum Tree {
        PIPELINE("sleep 1000 | cat"),
        BACKGROUND("sleep 1000 & sleep 1000 & wait"),
        REPARENTED("(sleep 1000 >/dev/null & ); sleep 1000"),
        DAEMON("setsid sh -c 'sleep 1000 >/dev/null & exit' ; sleep 1000"),
        JOBS("set -m; sleep 1000 & sleep 1000 & wait"),
        CLEANED("env -i " + MARK + "=$" + MARK + " sleep 1000 & wait"),
        HIDDEN("(env -i " + MARK + "=$" + MARK + " sleep 1000 >/dev/null & ); sleep 1000"),
        REFORKING(
                "export LEFT=20000 LINK='[ $((LEFT-=1)) -gt 0 ] && exec sh -c \"$LINK\" &'; sh -c \"$LINK\"; echo ready; sleep 1000"),
        RESESSIONED("export LEFT=20000 LINK='[ $((LEFT-=1)) -gt 0 ] && exec setsid sh -c \"$LINK\" &'; sh -c \"$LINK\";"
                + " echo ready; sleep 1000"),
        IGNORING_TERM("trap '' TERM; (while :; do sleep 1000; done) & while :; do sleep 1000; done");

        private final String script;

        Tree(String script) {
            this.script = script;
        }

        /** Whether its processes are hardly ever seen, so that it tells that it has grown. */
        boolean tells() {
            return script.contains("echo ready");
        }

        List<String> command() {
            return Commands.bash(tells() ? script : "echo ready; " + script);
        }
    }

    @ParameterizedTest
    @EnumSource
    void goesWhenTheClientCloses(Tree tree) throws IOException {
        assertGoes(tree, StreamClient::close);
    }

    @ParameterizedTest
    @EnumSource
    void goesWhenTheClientResets(Tree tree) throws IOException {
        assertGoes(tree, StreamClient::reset);
    }

    private interface Leaving {
        void by(StreamClient client) throws IOException;
    }

    private static void assertGoes(Tree tree, Leaving leaving) throws IOException {
        assumeThat(tree != Tree.HIDDEN || Spawners.chosen() instanceof PosixSpawner)
                .as("has a process group of its own")
                .isTrue();
        var mark = MARK + "=" + System.nanoTime();
        try (var server = TestServer.of(tree.command())
                        .env(MARK, mark.substring(MARK.length() + 1))
                        .killAfter(Duration.ofMillis(500))
                        .start();
                var client = server.get("/")) {
            assertThat(client.piece()).isEqualTo("ready\n");
            if (!tree.tells()) {
                Wait.until("the tree has grown", () -> processes(mark) > 1);
            }
            leaving.by(client);
            server.awaitNoRun();
            assertNoneIsLeft(mark);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "SEGV"})
    void goesWhenTheCommandDiesByASignal(String signal) throws IOException {
        var mark = MARK + "=" + System.nanoTime();
        var daemon = "(setsid sleep 1000 >/dev/null 2>&1 &); echo ready; read line; kill -" + signal + " $$";
        try (var server = TestServer.of(Commands.sh(daemon))
                        .env(MARK, mark.substring(MARK.length() + 1))
                        .start();
                var client = server.connect().request("POST", "/", "Content-Length: 1")) {
            assertThat(client.piece()).isEqualTo("ready\n");
            Wait.until("the tree has grown", () -> processes(mark) > 1);
            client.send("\n");
            assertThat(client.end()).isEqualTo(End.BROKEN_OFF);
            server.awaitNoRun();
            assertNoneIsLeft(mark);
        }
    }

    /** Looks often: some come and go. */
    private static void assertNoneIsLeft(String mark) throws IOException {
        for (var i = 0; i < 10; i++) {
            assertThat(processes(mark)).isZero();
        }
    }

    /** Processes with a mark in their environment, whoever their parents are. */
    private static long processes(String mark) throws IOException {
        try (var entries = Files.list(Path.of("/proc"))) {
            return entries.filter(entry -> environment(entry).contains(mark)).count();
        }
    }

    private static String environment(Path entry) {
        try {
            return Files.readString(entry.resolve("environ"), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }
}
