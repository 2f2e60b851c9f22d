package streamer.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import streamer.http.listener.TlsFiles;
import streamer.testing.Certificate;
import streamer.testing.Commands;
import streamer.testing.Http2Client;
import streamer.testing.NothingLeft;
import streamer.testing.Puppet;
import streamer.testing.StreamClient;
import streamer.testing.StreamClient.End;
import streamer.testing.TestServer;
import streamer.testing.Wait;

/** A connection that breaks costs nothing: a client that comes back to a kept run gets what it has not had. */
@ExtendWith(NothingLeft.class)
class ResumeTest {
    private static final String EVENTS = "Accept: text/event-stream";
    private static final int LENGTH = 2_000;

    @TempDir
    private Path directory;

    private static TestServer.Setup keeping(List<String> command) {
        return TestServer.of(command).keep(Duration.ofHours(1));
    }

    private static String output(String run) {
        return "/-/runs/" + run + "/output";
    }

    /** Runs the command to its end; the run's id. */
    private static String ended(TestServer server) throws IOException {
        try (var client = server.get("/")) {
            client.end();
            server.awaitNoRun();
            return client.header("Streamer-Run");
        }
    }

    /** Clients that are cut off after each piece of an output, and come back for the next. */
    private interface Clients {
        /** Connects and asks; reads so many bytes; leaves, politely or not. The run's id, and what was read. */
        Read read(TestServer server, String path, int bytes, boolean politely) throws IOException;
    }

    private record Read(String run, String text) {}

    private static Read readByHttp1(StreamClient asked, int bytes, boolean politely) throws IOException {
        try (var client = asked) {
            var text = new StringBuilder();
            while (text.length() < bytes) {
                text.append(client.piece());
            }
            if (!politely) {
                client.reset();
            }
            return new Read(client.header("Streamer-Run"), text.toString());
        }
    }

    private static Read readByHttp2(TestServer server, String path, int bytes, boolean politely) throws IOException {
        try (var client = new Http2Client(server.address())) {
            var stream = client.get(path);
            var text = new StringBuilder();
            while (text.length() < bytes) {
                text.append(stream.piece());
            }
            if (politely) {
                stream.reset();
            }
            return new Read(String.valueOf(stream.header("Streamer-Run")), text.toString());
        }
    }

    private static void assertCutsCostNothing(TestServer.Setup setup, Puppet puppet, int step, Clients clients)
            throws IOException {
        var content = new Random(step).ints(LENGTH, 'a', 'z' + 1).toArray();
        var whole = new String(content, 0, LENGTH);
        try (var server = setup.start()) {
            var stored = new StringBuilder();
            var path = "/";
            for (var cut = 0; stored.length() < LENGTH; cut++) {
                var piece = whole.substring(stored.length(), Math.min(LENGTH, stored.length() + step));
                puppet.tell("printf " + piece);
                var read = clients.read(server, path, piece.length(), cut % 2 == 0);
                stored.append(read.text());
                path = output(read.run()) + "?from=" + stored.length();
            }
            assertThat(stored.toString()).isEqualTo(whole);
            puppet.tell("exit 0");
            server.awaitNoRun();
            var viewers = (LENGTH + step - 1) / step;
            Wait.until("each has an access line", () -> server.accessLines().size() == viewers);
            assertThat(server.accessLines()).allMatch(line -> line.contains("ended="));
        }
    }

    @Test
    void cutsCostNothing() throws IOException {
        try (var puppet = new Puppet()) {
            assertCutsCostNothing(
                    keeping(puppet.command()),
                    puppet,
                    7,
                    (server, path, bytes, politely) -> readByHttp1(server.get(path), bytes, politely));
        }
    }

    @Test
    void cutsCostNothingOnHttp2() throws IOException {
        try (var puppet = new Puppet()) {
            assertCutsCostNothing(keeping(puppet.command()), puppet, 47, ResumeTest::readByHttp2);
        }
    }

    @Test
    void cutsCostNothingWithTls() throws IOException {
        try (var puppet = new Puppet()) {
            assertCutsCostNothingWithTls(puppet, 47);
        }
    }

    private void assertCutsCostNothingWithTls(Puppet puppet, int step) throws IOException {
        var certificate = Certificate.make(directory, "resume", "-keyalg", "EC");
        var trusting = certificate.trusting(null);
        assertCutsCostNothing(
                keeping(puppet.command()).tls(new TlsFiles(certificate.file(), certificate.key(), null)),
                puppet,
                step,
                (server, path, bytes, politely) ->
                        readByHttp1(server.connect(trusting).request("GET", path), bytes, politely));
    }

    @Test
    @Tag("long")
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void cutsAtEachByteCostNothing() throws IOException {
        try (var one = new Puppet();
                var two = new Puppet();
                var three = new Puppet()) {
            assertCutsCostNothing(
                    keeping(one.command()),
                    one,
                    1,
                    (server, path, bytes, politely) -> readByHttp1(server.get(path), bytes, politely));
            assertCutsCostNothing(keeping(two.command()), two, 1, ResumeTest::readByHttp2);
            assertCutsCostNothingWithTls(three, 1);
        }
    }

    @Test
    void eachByteIsAPlaceToGoOnFrom() throws IOException {
        var content = new byte[LENGTH];
        new Random(1).nextBytes(content);
        var file = Files.write(directory.resolve("content"), content);
        try (var server = keeping(List.of("cat", file.toString())).start()) {
            var run = ended(server);
            try (var client = server.connect()) {
                for (var from = 0; from <= LENGTH; from++) {
                    client.next().request("GET", output(run) + "?from=" + from);
                    assertThat(client.bytes()).isEqualTo(Arrays.copyOfRange(content, from, LENGTH));
                    assertThat(client.end()).isEqualTo(End.CLEAN);
                    assertThat(client.header("Streamer-From")).isEqualTo(Integer.toString(from));
                }
            }
        }
    }

    @Test
    void whatComesAfterAByteThatIsStillToComeIsWaitedFor() throws IOException {
        try (var puppet = new Puppet();
                var server = keeping(puppet.command())
                        .statusWait(Duration.ofMillis(50))
                        .start();
                var first = server.get("/")) {
            puppet.tell("printf abc");
            assertThat(first.piece()).isEqualTo("abc");
            try (var second = server.get(output(first.header("Streamer-Run")) + "?from=3")) {
                assertThat(second.header("Streamer-From")).isEqualTo("3");
                puppet.tell("printf def; exit 0");
                assertThat(second.text()).isEqualTo("def");
                assertThat(second.end()).isEqualTo(End.CLEAN);
                assertThat(second.trailer("Streamer-Exit-Code")).isEqualTo("0");
            }
        }
    }

    @Test
    @Tag("long")
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void hundredsOfCutsOfALongOutputCostNothing() throws Exception {
        var length = 200_000_000L;
        var seed = System.nanoTime();
        var random = new Random(seed);
        var sum = directory.resolve("sum");
        var script = "set -e; mkfifo \"$1.pipe\"; sha256sum <\"$1.pipe\" >\"$1\" & head -c " + length
                + " /dev/urandom | tee \"$1.pipe\"; wait";
        try (var server = keeping(Commands.sh(script, sum.toString()))
                .keepBytes(2 * length)
                .start()) {
            var digest = MessageDigest.getInstance("SHA-256");
            var stored = 0L;
            var path = "/";
            for (var cut = 0; cut <= 300; cut++) {
                var limit = cut == 300 ? length : stored + random.nextInt((int) (2 * length / 300));
                try (var client = server.get(path)) {
                    var run = client.header("Streamer-Run");
                    try {
                        client.copyTo(new OutputStream() {
                            private long left = limit - Long.parseLong(client.header("Streamer-From"));

                            @Override
                            public void write(int one) {
                                throw new UnsupportedOperationException();
                            }

                            @Override
                            public void write(byte[] bytes, int offset, int count) throws IOException {
                                var taken = (int) Math.min(left, count);
                                digest.update(bytes, offset, taken);
                                left -= taken;
                                if (taken < count) {
                                    throw new CutException();
                                }
                            }
                        });
                        stored = length;
                    } catch (CutException e) {
                        stored = limit;
                        if (random.nextBoolean()) {
                            client.reset();
                        }
                    }
                    path = output(run) + "?from=" + stored;
                }
            }
            assertThat(HexFormat.of().formatHex(digest.digest()) + "  -\n")
                    .as("seed " + seed)
                    .isEqualTo(Files.readString(sum));
        }
    }

    private static final class CutException extends IOException {
        private static final long serialVersionUID = 1;
    }

    /** An event; what a client makes of it. */
    private record Event(String id, String type, String data) {}

    private static List<Event> events(String text) {
        var events = new ArrayList<Event>();
        var id = "";
        for (var block : text.split("\n\n", -1)) {
            var fields = new HashMap<String, String>();
            block.lines().map(line -> line.split(": ?", 2)).forEach(field -> fields.put(field[0], field[1]));
            id = fields.getOrDefault("id", id);
            var data = fields.get("data");
            if (data != null) {
                events.add(new Event(id, fields.getOrDefault("event", "message"), data));
            }
        }
        return events;
    }

    private static final String ODD_LINES = "one\\ntwo\\r\\nthree\\r\\n\\r\\n\\nf\\303\\274nf\\rsix\\r\\r\\n"
            + "\\342\\202\\254\\342\\202\\254\\nno \\377\\303 text\\n%070000d\\n%065535d\\342\\202\\254\\r\\nlast";

    @ParameterizedTest
    @ValueSource(strings = {"header", "lastEventId", "lasteventid"})
    void eachEventIsAPlaceToGoOnFrom(String where) throws IOException {
        try (var server = keeping(List.of("printf", ODD_LINES, "1", "2")).start();
                var first = server.get("/", EVENTS)) {
            var all = events(first.text());
            server.awaitNoRun();
            var run = first.header("Streamer-Run");
            assertThat(all.subList(0, all.size() - 1))
                    .extracting(event -> event.data().length())
                    .containsExactly(3, 3, 5, 0, 0, 4, 3, 0, 2, 10, 65_536, 4_464, 65_535, 1, 4);
            for (var i = 0; i < all.size() - 1; i++) {
                var id = all.get(i).id();
                for (var path : new String[] {"/", output(run)}) {
                    try (var client = where.equals("header")
                            ? server.get(path, EVENTS, "Last-Event-ID: " + id)
                            : server.get(path + "?" + where + "=" + id, EVENTS)) {
                        assertThat(events(client.text())).isEqualTo(all.subList(i + 1, all.size()));
                        assertThat(client.end()).isEqualTo(End.CLEAN);
                    }
                }
            }
        }
    }

    @Test
    void aLineFeedAfterTheCutBelongsToTheCarriageReturnBeforeIt() throws IOException {
        try (var puppet = new Puppet();
                var server = keeping(puppet.command()).start()) {
            String run;
            try (var first = server.get("/", EVENTS)) {
                run = first.header("Streamer-Run");
                first.piece();
                puppet.tell("printf 'one\\r'");
                assertThat(first.piece()).isEqualTo("id: " + run + ":4\ndata: one\n\n");
            }
            try (var second = server.get("/", EVENTS, "Last-Event-ID: " + run + ":4")) {
                assertThat(second.piece()).isEqualTo("id: " + run + ":4\n\n");
                puppet.tell("printf '\\ntwo\\n'; exit 0");
                assertThat(events(second.text()))
                        .extracting(Event::data)
                        .startsWith("two")
                        .hasSize(2);
            }
        }
    }

    /** An id moves only over whole lines: the part that has been shown comes again. */
    @Test
    void anUnfinishedLineComesAgain() throws IOException {
        try (var puppet = new Puppet();
                var server = keeping(puppet.command()).flush(1, Duration.ZERO).start()) {
            String run;
            try (var first = server.get("/", EVENTS)) {
                run = first.header("Streamer-Run");
                first.piece();
                puppet.tell("echo one; printf 'tw\\303'");
                var shown = new StringBuilder();
                while (!shown.toString().contains("event: part")) {
                    shown.append(first.piece());
                }
                assertThat(events(shown.toString())).last().isEqualTo(new Event(run + ":4", "part", "tw"));
            }
            try (var second = server.get("/", EVENTS, "Last-Event-ID: " + run + ":4")) {
                puppet.tell("printf '\\274\\n'; exit 3");
                assertThat(events(second.text()))
                        .filteredOn(event -> !event.type().equals("part"))
                        .extracting(Event::data)
                        .contains("twü")
                        .hasSize(2);
            }
        }
    }

    @Test
    void whoHasTheLastLineGetsTheEndAndWhoHasThatNothing() throws IOException {
        try (var server = keeping(Commands.sh("echo one; exit 3")).start()) {
            var run = ended(server);
            for (var path : new String[] {"/", output(run)}) {
                try (var line = server.get(path, EVENTS, "Last-Event-ID: " + run + ":4");
                        var end = server.get(path, EVENTS, "Last-Event-ID: " + run + ":4:end");
                        var stranger = server.get("/", EVENTS, "Last-Event-ID: " + "0".repeat(32) + ":4");
                        var other = server.get(output(run), EVENTS, "Last-Event-ID: 17")) {
                    assertThat(line.text())
                            .contains("id: " + run + ":4:end\nevent: exit")
                            .doesNotContain("one");
                    assertThat(end.status()).isEqualTo(204);
                    assertThat(stranger.status()).isEqualTo(204);
                    assertThat(other.status()).isEqualTo(204);
                }
            }
        }
    }

    /** {@code Last-Event-ID} wins over the query, with which an {@code EventSource} comes back. */
    @Test
    void theEventCountsAndNotTheQuery() throws IOException {
        try (var server = keeping(Commands.sh("echo one; echo two")).start()) {
            var run = ended(server);
            try (var client = server.get(output(run) + "?from=0", EVENTS, "Last-Event-ID: " + run + ":4")) {
                assertThat(events(client.text()))
                        .first()
                        .extracting(Event::data)
                        .isEqualTo("two");
            }
        }
    }
}
