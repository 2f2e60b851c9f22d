package streamer.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import streamer.testing.StreamClient.End;

/**
 * A server under attack, while an uninvolved ("innocent") client reads a stream that must go on. {@code /} runs
 * {@code cat}, {@code /silent} a command that never exits, {@code /endless} one that writes for ever, {@code /failing}
 * one that fails.
 */
public final class Siege implements AutoCloseable {
    private static final String BY_PATH = "case $PATH_INFO in /innocent) exec \"$@\";; /silent) exec sleep 1000;;"
            + " /endless) exec yes;; /failing) echo some; exit 3;; *) exec cat;; esac";

    private final Puppet puppet = new Puppet();
    private final TestServer server;
    private final StreamClient innocent;
    private int lines;

    /** Begins; the innocent stream is under way when this returns. */
    public Siege() throws IOException {
        server = TestServer.of(Commands.sh(BY_PATH, puppet.command().toArray(String[]::new)))
                .path("/*")
                .start();
        innocent = server.get("/innocent");
        assertStreams();
    }

    /** What is attacked. */
    public TestServer server() {
        return server;
    }

    /** Where it is attacked. */
    public InetSocketAddress address() {
        return server.address();
    }

    /** The innocent stream goes on, and new requests are answered. */
    public void assertUnharmed() throws IOException {
        assertStreams();
        try (var client = server.get("/-/health")) {
            assertThat(client.text()).isEqualTo("ok\n");
        }
    }

    private void assertStreams() throws IOException {
        lines++;
        puppet.tell("echo " + lines);
        assertThat(innocent.piece()).isEqualTo(lines + "\n");
    }

    /** Sends from another thread, as an attacked server may not read; ends when the connection is closed. */
    public static CompletableFuture<Void> inBackground(Sending sending) {
        return CompletableFuture.runAsync(() -> {
            try {
                sending.send();
            } catch (IOException e) {
                // The server has cut it off, or the test is over.
            }
        });
    }

    /** What an attacker sends. */
    public interface Sending {
        /** Sends all of it. */
        void send() throws IOException;
    }

    /** The access lines without that of the innocent. */
    public List<String> accessLines() {
        return server.accessLines().stream()
                .filter(line -> !line.contains("/innocent"))
                .toList();
    }

    /** The innocent stream has lost nothing, nothing runs any more, and a new run works. */
    @Override
    public void close() throws IOException {
        try (puppet;
                server;
                innocent) {
            assertUnharmed();
            puppet.tell("exit 0");
            assertThat(innocent.text()).isEmpty();
            assertThat(innocent.end()).isEqualTo(End.CLEAN);
            server.awaitNoRun();
            try (var client = server.get("/")) {
                assertThat(client.status()).isEqualTo(200);
                assertThat(client.end()).isEqualTo(End.CLEAN);
            }
        }
    }
}
