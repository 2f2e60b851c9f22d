package streamer.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import streamer.testing.Commands;
import streamer.testing.NothingLeft;
import streamer.testing.StreamClient;
import streamer.testing.StreamClient.End;
import streamer.testing.TestServer;
import streamer.testing.Wait;

/** Bytes are sacred: what the command wrote is what the client gets. */
@ExtendWith(NothingLeft.class)
class BytesTest {
    private static final long MANY = 200_000_000;

    @TempDir
    private Path directory;

    @Test
    void allBytesArriveUnchanged() throws Exception {
        assertArrivesUnchanged("head -c " + MANY + " /dev/urandom", MANY);
    }

    @Test
    void aLineWithoutEndArrivesUnchanged() throws Exception {
        assertArrivesUnchanged("head -c " + MANY + " /dev/zero", MANY);
    }

    @Test
    void oddBytesArriveUnchanged() throws Exception {
        var odd = "a\\000b\\r\\nc\\rd\\377\\303e\\n\\n\\342\\202last";
        try (var server = TestServer.of(List.of("printf", odd)).start();
                var client = server.get("/")) {
            assertThat(HexFormat.of().formatHex(client.bytes())).isEqualTo("6100620d0a630d64ffc3650a0ae2826c617374");
            assertThat(client.end()).isEqualTo(End.CLEAN);
        }
    }

    private void assertArrivesUnchanged(String producer, long bytes) throws Exception {
        var sum = directory.resolve("sum");
        var script =
                "set -e; mkfifo \"$1.pipe\"; sha256sum <\"$1.pipe\" >\"$1\" & " + producer + " | tee \"$1.pipe\"; wait";
        try (var server = TestServer.of(Commands.sh(script, sum.toString())).start();
                var client = server.get("/")) {
            var digest = sha256();
            var count = client.copyTo(new DigestOutputStream(OutputStream.nullOutputStream(), digest));
            assertThat(client.end()).isEqualTo(End.CLEAN);
            assertThat(count).isEqualTo(bytes);
            assertThat(HexFormat.of().formatHex(digest.digest()) + "  -\n").isEqualTo(Files.readString(sum));
        }
    }

    @Test
    void aReaderThatStopsStopsTheCommandAndLosesNothing() throws IOException {
        assumeThat(Boolean.getBoolean("streamer.keep")).isFalse(); // there it may fall far behind
        var progress = directory.resolve("progress");
        var script = "i=0; while [ $i -lt 400 ]; do head -c 100000 /dev/zero; i=$((i+1)); echo $i >\"$1\"; done";
        try (var server =
                        TestServer.of(Commands.sh(script, progress.toString())).start();
                var client = new StreamClient(server.address(), 4096).request("GET", "/")) {
            client.status();
            Wait.until("the command has begun", () -> Files.exists(progress));
            awaitStandstill(progress);
            assertThat(Files.readString(progress).strip()).isNotEqualTo("400");
            assertThat(client.copyTo(OutputStream.nullOutputStream())).isEqualTo(40_000_000);
            assertThat(client.end()).isEqualTo(End.CLEAN);
        }
    }

    private static void awaitStandstill(Path progress) {
        var last = new String[] {""};
        var same = new int[1];
        Wait.until("the command stands still", () -> {
            var now = Files.readString(progress);
            same[0] = now.equals(last[0]) ? same[0] + 1 : 0;
            last[0] = now;
            return same[0] == 100;
        });
    }

    private static MessageDigest sha256() throws NoSuchAlgorithmException {
        return MessageDigest.getInstance("SHA-256");
    }
}
