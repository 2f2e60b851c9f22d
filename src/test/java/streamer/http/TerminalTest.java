package streamer.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import streamer.testing.Commands;
import streamer.testing.NothingLeft;
import streamer.testing.StreamClient;
import streamer.testing.StreamClient.End;
import streamer.testing.TestServer;
import streamer.testing.Tool;

/** What only a terminal has; all else is as with a pipe, which the other tests show, run with {@code streamer.tty}. */
@ExtendWith(NothingLeft.class)
class TerminalTest {
    private static final long MANY = 100_000_000;
    private static final int RUNS = 300;

    @BeforeAll
    static void commandsAreLaunchedByTheSystem() {
        assumeThat(System.getProperty("streamer.spawner")).isNotEqualTo("jdk");
        assumeThat(System.getProperty("os.name")).isEqualTo("Linux");
    }

    private static TestServer.Setup at(List<String> command) {
        return TestServer.of(command).tty("90x30");
    }

    private static String text(String script) throws IOException {
        var setup =
                at(Commands.sh(script)).env("COLUMNS", "1").env("LINES", "1").env("TERM", "dumb");
        try (var server = setup.start();
                var client = server.get("/")) {
            return client.text();
        }
    }

    @Test
    void outputAndErrorsAreATerminal() throws IOException {
        assertThat(text("stty size <&1; stty size <&2; echo $TERM $COLUMNS$LINES; [ -t 0 ] || echo no keyboard"))
                .isEqualTo("30 90\n30 90\nxterm-256color\nno keyboard\n");
    }

    @Test
    void noPagerWaitsForAKey() throws IOException {
        assertThat(text("env | sed -n s/PAGER=.*/\\&/p | sort")).isEqualTo("GIT_PAGER=cat\nPAGER=cat\n");
    }

    @Test
    void errorsStandWhereTheyWereWritten() throws IOException {
        assertThat(text("echo 1; echo 2 >&2; echo 3; echo 4 >/dev/stderr")).isEqualTo("1\n2\n3\n4\n");
    }

    @Test
    void itIsNobodysControllingTerminal() throws IOException {
        assertThat(text("cut -d' ' -f7 /proc/$$/stat; (: </dev/tty) 2>/dev/null || echo none"))
                .isEqualTo("0\nnone\n");
    }

    @Test
    void nobodyCanReadThere() throws IOException {
        assertThat(text("cat <&1 2>&1; cat <&2 2>&1")).isEqualTo("cat: -: Bad file descriptor\n".repeat(2));
    }

    @Test
    void theBodyIsStandardInput() throws IOException {
        try (var server = at(Commands.echoing()).start();
                var client = server.connect()) {
            client.request("POST", "/", "Content-Length: 6").send("a\r\u0004\u0003\nb");
            assertThat(client.text()).isEqualTo("a\r\u0004\u0003\nb");
        }
    }

    @Test
    void bytesArriveAsTheyWereWritten() throws Exception {
        try (var server = at(Commands.binary(MANY)).start();
                var client = server.get("/");
                var piped = TestServer.of(Commands.binary(MANY)).start();
                var other = piped.get("/")) {
            assertThat(sha256(client)).isEqualTo(sha256(other));
            assertThat(client.end()).isEqualTo(End.CLEAN);
        }
    }

    private static String sha256(StreamClient client) throws Exception {
        var digest = MessageDigest.getInstance("SHA-256");
        assertThat(client.copyTo(new DigestOutputStream(OutputStream.nullOutputStream(), digest)))
                .isEqualTo(MANY);
        return HexFormat.of().formatHex(digest.digest());
    }

    /** SIGHUP would end them, if the terminal were the command's own. */
    @Test
    void whatOutlivesTheCommandIsStillHeard() throws IOException {
        try (var server = at(Commands.sh("printf first; (sleep .2; echo second) & exit 3"))
                        .start();
                var client = server.get("/")) {
            assertThat(client.text()).isEqualTo("firstsecond\n");
            assertThat(client.end()).isEqualTo(End.BROKEN_OFF);
        }
    }

    /** The second leaves before anybody looks, without its mark: it ends by itself, since nothing stops it. */
    @ParameterizedTest
    @ValueSource(strings = {"setsid sleep 1000 & echo done", "(env -i setsid sleep 3 &); echo done"})
    void aDaemonThatKeepsItIsNotWaitedFor(String script) throws IOException {
        try (var server = at(Commands.sh(script)).start();
                var client = server.get("/")) {
            assertThat(client.text()).isEqualTo("done\n");
            assertThat(client.end()).isEqualTo(End.CLEAN);
        }
    }

    @Test
    void noDescriptorIsLeft() throws IOException {
        try (var server = at(Commands.printing("x")).start()) {
            for (var i = 0; i < RUNS; i++) {
                try (var client = server.get("/")) {
                    assertThat(client.text()).isEqualTo("x");
                }
            }
            server.awaitNoRun();
            var own = "/proc/" + ProcessHandle.current().pid() + "/fd";
            assertThat(Tool.run("ls", "-l", own).out()).contains(" 0 -> ").doesNotContain("/dev/pt");
        }
    }
}
