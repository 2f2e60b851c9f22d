package streamer.probe;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import streamer.http.listener.TlsFiles;
import streamer.probe.Row.End;
import streamer.probe.Verdict.Outcome;
import streamer.testing.Certificate;
import streamer.testing.Commands;
import streamer.testing.TestServer;
import streamer.testing.Wait;

/** Probes of servers that answer well, badly, or not at all: one line tells what is wrong, in bounded time. */
class ProbeTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(1);
    private static final String OK = "HTTP/1.1 200 OK\r\n";
    private static final String CHUNKED = OK + "Transfer-Encoding: chunked\r\n\r\n";
    private static final String GZIP =
            OK + "Streamer-Probe: HTTP/1.1\r\nContent-Encoding: gzip\r\n" + "Transfer-Encoding: chunked\r\n\r\n";
    private static final Probe.Listener NOBODY = new Probe.Listener() {
        @Override
        public void begins(Address asked, Address at, boolean isStreamer) {}

        @Override
        public void done(Row row) {}
    };

    @TempDir
    private Path directory;

    private static Probe.Report probe(String url, Head.Field... headers) throws IOException {
        return probe(url, false, headers);
    }

    private static Probe.Report probe(String url, boolean isTrusting, Head.Field... headers) throws IOException {
        return assertTimeoutPreemptively(
                Wait.LONG,
                () -> new Probe(Address.of(url), new Settings(List.of(headers), isTrusting, TIMEOUT), NOBODY).run());
    }

    private static void assertFails(String url, String message) {
        assertThatThrownBy(() -> probe(url))
                .isInstanceOf(ProbeException.class)
                .message()
                .contains(message)
                .contains(Address.of(url).name())
                .doesNotContainPattern("\\p{C}")
                .hasSizeLessThan(600);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "|closed before the head",
                "HTTP/1.1 200|closed before the head",
                "SSH-2.0-OpenSSH_9.2~~|does not speak HTTP/1",
                "HTTP/2 200 OK~~|does not speak HTTP/1",
                "HTTP/1.1 2000 OK~~|does not speak HTTP/1",
                "HTTP/1.1 404 Not Found~Content-Length: 8~~Nothing.|: 404, Nothing",
                "HTTP/1.1 401 No~Content-Length: 0~~|: 401; credentials are given by -H",
                "HTTP/1.1 503 Busy~~<html>|: 503",
                "HTTP/1.1 302 Found~Location: ftp://x/~~|which is no address",
                "HTTP/1.1 302 Found~Location: /again~~|more than 10 redirects",
                "HTTP/1.1 200 OK~Transfer-Encoding: chunked~~zz~|'zz' is not the size of a chunk",
                "HTTP/1.1 200 OK~Transfer-Encoding: chunked~~1~hi~|a chunk is longer than it says",
                "HTTP/1.1 200 OK~Content-Encoding: gzip~Content-Length: 20~~0123456789abcdefghij|its gzip is none",
            })
    void aBadAnswerIsOneLine(String answer, String message) throws IOException {
        try (var server = FakeServer.of(answer == null ? "" : answer.replace("~", "\r\n"))) {
            assertFails(server.url(), message);
        }
    }

    /** A terminal obeys what follows an ESC or a CSI, which is one byte in C1. */
    @Test
    void whatIsNotPrintableStaysOffTheTerminal() throws IOException {
        var bad = "\033[31m\u009b31m\u0085\b" + "x".repeat(10_000);
        try (var server = FakeServer.of(OK + "Server: " + bad + "\r\nX-Cache-" + bad + ": 1\r\nStreamer-Probe: " + bad
                + "\r\nContent-Length: 0\r\n\r\n")) {
            assertPrintable(Picture.hops(probe(server.url()).rows()));
        }
        try (var server = FakeServer.of("HTTP/1.1 302 Found\r\nLocation: x:" + bad + "\r\n\r\n")) {
            assertFails(server.url(), "which is no address");
        }
        try (var server = FakeServer.of("HTTP/1.1 404 No\r\n\r\n" + bad)) {
            assertFails(server.url(), ": 404, ");
        }
        try (var server = FakeServer.of(CHUNKED + bad.substring(0, 1_000) + "\r\n")) {
            assertFails(server.url(), "is not the size of a chunk");
        }
    }

    private static void assertPrintable(String text) {
        assertThat(text).doesNotContainPattern("\\p{C}").hasSizeLessThan(1_000);
    }

    @Test
    void whatHasNoEndIsLeft() throws IOException {
        try (var server = new FakeServer((head, out) -> {
            out.write((OK + "X: ").getBytes(ISO_8859_1));
            while (true) {
                out.write(new byte[10_000]);
            }
        })) {
            assertFails(server.url(), "a line or a head without end");
        }
        try (var server = new FakeServer((head, out) -> {
            out.write((head.startsWith("GET /-/") ? OK + "\r\n" : CHUNKED + "fffffffffff\r\n").getBytes(ISO_8859_1));
            while (!head.startsWith("GET /-/")) {
                out.write(new byte[10_000]);
            }
        })) {
            assertThat(probe(server.url()).rows())
                    .allMatch(row -> row.end() == End.LEFT && row.pieces().size() <= 10_000);
        }
    }

    @Test
    void whoSaysNothingIsNotWaitedFor() throws IOException {
        try (var server = new FakeServer((head, out) -> Thread.sleep(60_000))) {
            assertFails(server.url(), "no answer within 1 s");
        }
    }

    /** Within the time of each read there is a byte; but there is no end of them. */
    @Test
    void whoDripsIsNotWaitedFor() throws IOException {
        byte[] handshake = {22, 3, 3, 0x40, 0};
        try (var server = FakeServer.talking(client -> drip(client, handshake))) {
            assertFails(server.tlsUrl(), "TLS: no answer in time");
        }
        var certificate = Certificate.make(directory, "own", "-keyalg", "EC");
        byte[] data = {23, 3, 3, 0x40, 0};
        try (var server = FakeServer.talking(client -> {
            handshake(certificate, client);
            drip(client, data);
        })) {
            assertThatThrownBy(() -> probe(server.tlsUrl(), true)).hasMessageContaining("no answer within 1 s");
        }
    }

    private static void handshake(Certificate certificate, Socket client) throws IOException {
        var factory = certificate.trusting(certificate).getSocketFactory();
        var tls = (SSLSocket) factory.createSocket(client, "localhost", client.getPort(), true);
        tls.setUseClientMode(false);
        tls.startHandshake();
    }

    private static void drip(Socket client, byte[] record) throws Exception {
        client.getOutputStream().write(record);
        while (true) {
            Thread.sleep(100);
            client.getOutputStream().write(0);
        }
    }

    /** Of ISO 8859-1, which is what a reason may be in, 0x85 is the end of a line. */
    @Test
    void anyByteMayBeAReason() throws IOException {
        try (var server = FakeServer.of("HTTP/1.1 200 \u0085\u2028\r\nVia: \u0085 varnish \u0085\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n2;\u0085\r\nhi\r\n0\r\n\r\n")) {
            assertThat(probe(server.url()).rows())
                    .allMatch(
                            row -> row.end() == End.CLEAN && Hop.of(row.head()).equals(List.of(Hop.VARNISH)));
        }
    }

    @Test
    void aHeadIsReadInATimeThatGrowsAsItDoes() throws IOException {
        var blanks = " ".repeat(60_000);
        try (var server =
                FakeServer.of(OK + "Content-Encoding: x" + blanks + "x, gzip\r\nContent-Length: 20\r\n\r\n")) {
            assertTimeoutPreemptively(
                    Duration.ofSeconds(5),
                    () -> assertThat(probe(server.url()).rows())
                            .allMatch(row -> row.head().isGzip()));
        }
    }

    @Test
    void aHandshakeThatBreaksIsTold() throws IOException {
        try (var server = FakeServer.talking(client -> {
            client.getInputStream().read();
            client.setSoLinger(true, 0);
        })) {
            assertFails(server.tlsUrl(), "TLS: ");
        }
    }

    @Test
    void anyCertificateMeansAny() throws IOException {
        var certificate =
                Certificate.make(directory, "own", "-keyalg", "RSA", "-keysize", "1024", "-sigalg", "MD5withRSA");
        try (var server = TestServer.of(Commands.printing("hi"))
                .tls(new TlsFiles(certificate.file(), certificate.key(), null))
                .token("secret")
                .start()) {
            assertThatThrownBy(() -> probe(server.url(), true)).hasMessageContaining("401");
        }
    }

    @Test
    void gzipMayHaveSeveralMembers() throws IOException {
        try (var server = new FakeServer((head, out) -> {
            out.write(GZIP.getBytes(ISO_8859_1));
            for (var i = 0; i < 3; i++) {
                out.write(chunk(gzip("1 1796056924986436 .\n")));
                Thread.sleep(50);
            }
            out.write("0\r\n\r\n".getBytes(ISO_8859_1));
        })) {
            assertThat(probe(server.url()).rows()).allMatch(row -> row.lines().size() == 3 && row.end() == End.CLEAN);
        }
    }

    /** The end of what is compressed is not that of the body. */
    @Test
    void theEndComesAfterThatOfGzip() throws IOException {
        try (var server = new FakeServer((head, out) -> {
            var isForIt = !head.startsWith("GET /-/");
            out.write((isForIt ? GZIP : OK + "\r\n").getBytes(ISO_8859_1));
            out.write(isForIt ? chunk(gzip("hi")) : new byte[0]);
        })) {
            assertThat(probe(server.url()).rows()).allMatch(row -> row.end() == End.BROKEN);
        }
    }

    private static byte[] gzip(String text) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(bytes)) {
            gzip.write(text.getBytes(ISO_8859_1));
        }
        return bytes.toByteArray();
    }

    private static byte[] chunk(byte[] bytes) throws IOException {
        var chunk = new ByteArrayOutputStream();
        chunk.write((Integer.toHexString(bytes.length) + "\r\n").getBytes(ISO_8859_1));
        chunk.write(bytes);
        chunk.write("\r\n".getBytes(ISO_8859_1));
        return chunk.toByteArray();
    }

    @Test
    void ofABombOnlyTheLinesCount() throws IOException {
        var bomb = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(bomb)) {
            for (var i = 0; i < 1_000; i++) {
                gzip.write(new byte[100_000]);
            }
        }
        try (var server = new FakeServer((head, out) -> {
            var isForIt = !head.startsWith("GET /-/");
            out.write((OK + "Content-Encoding: gzip\r\nContent-Length: " + bomb.size() + "\r\n\r\n")
                    .getBytes(ISO_8859_1));
            out.write(isForIt ? bomb.toByteArray() : new byte[0]);
        })) {
            var report = probe(server.url());
            assertThat(report.rows()).allMatch(row -> row.end() == End.CLEAN && bytes(row) == bomb.size());
        }
    }

    private static int bytes(Row row) {
        return row.pieces().stream().mapToInt(Row.Piece::bytes).sum();
    }

    /** Two numbers on a line are a table's, or those of what counts. */
    @Test
    void onlyStreamersLinesHaveStamps() throws IOException {
        var table = "1 1000000000000000\n2 9999999999999999\n3 1\n4 99999999999999999\n";
        try (var server = FakeServer.of(OK + "Content-Length: " + table.length() + "\r\n\r\n" + table)) {
            var report = probe(server.url());
            assertThat(report.verdict().outcome()).isEqualTo(Outcome.UNKNOWN);
            assertThat(report.rows()).allMatch(row -> row.lines().isEmpty());
        }
    }

    /** Time is counted in nanoseconds, of which 64 bits are not enough for all times. */
    @Test
    void timesThatNoClockHasAreNoStamps() throws IOException {
        var lines = "1 1000000000000000 .\n2 9999999999999999 .\n3 1 .\n4 99999999999999999 .\n";
        try (var server = new FakeServer((head, out) ->
                out.write((OK + "Streamer-Probe: HTTP/1.1\r\nContent-Length: " + lines.length() + "\r\n\r\n" + lines)
                        .getBytes(ISO_8859_1)))) {
            assertThat(probe(server.url()).rows())
                    .allMatch(row -> row.lines().size() == 2 && row.lateMax().toNanos() > 0);
        }
    }

    @Test
    void whatIsCutOffIsBroken() throws IOException {
        try (var server = FakeServer.of(CHUNKED + "5\r\nhello\r\n")) {
            assertThat(probe(server.url()).rows()).allMatch(row -> row.end() == End.BROKEN);
        }
    }

    @Test
    void aRedirectIsFollowedWithoutCredentialsForOthers() throws IOException {
        try (var far = FakeServer.of(OK + "Content-Length: 2\r\n\r\nhi");
                var near = new FakeServer((head, out) -> out.write(
                        ("HTTP/1.1 307 There\r\nLocation: " + far.url() + "x\r\n\r\n").getBytes(ISO_8859_1)))) {
            var report = probe(
                    near.url().replace("//", "//me:pass@"),
                    new Head.Field("Cookie", "c=1"),
                    new Head.Field("X-Api-Key", "own"),
                    new Head.Field("host", "inner"),
                    new Head.Field("user-agent", "other"));
            assertThat(report.at()).hasToString(far.url() + "x");
            assertThat(report.verdict().outcome()).isEqualTo(Outcome.UNKNOWN);
            assertThat(near.requests())
                    .allMatch(head -> head.contains("\nAuthorization: Basic bWU6cGFzcw==\n")
                            && head.contains("\nCookie: c=1\n")
                            && head.contains("\nX-Api-Key: own\n")
                            && head.contains("\nhost: inner\n")
                            && head.contains("\nuser-agent: other\n")
                            && !head.contains("streamer-probe")
                            && !head.contains("\nHost: "));
            var authority = far.url().replaceAll("http://|/", "");
            assertThat(far.requests())
                    .isNotEmpty()
                    .allMatch(head -> head.contains("\nHost: " + authority
                            + "\nUser-Agent: streamer-probe\nAccept: */*\n" + "Accept-Encoding: "))
                    .allMatch(head -> head.strip().lines().count() == 5);
        }
    }

    @Test
    void whoAsksForCredentialsOnAnotherServerIsNamed() throws IOException {
        var refusal = "HTTP/1.1 401 No\r\nStreamer-Probe: HTTP/1.1\r\nContent-Length: 0\r\n\r\n";
        try (var far = new FakeServer((head, out) -> out.write(refusal.getBytes(ISO_8859_1)));
                var near = new FakeServer((head, out) ->
                        out.write(("HTTP/1.1 301 There\r\nLocation: " + far.url() + "-/probe?n=0\r\n\r\n")
                                .getBytes(ISO_8859_1)))) {
            assertFails(
                    near.url(),
                    ": 401; what is given for " + near.url() + " is not sent to other servers: probe " + far.url()
                            + "-/probe");
        }
    }

    /** Whoever answers so may be streamer: to ask for the URL itself would run its command. */
    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403, 429, 500, 502, 503, 504})
    void theUrlItselfIsNotAskedForAfterAnError(int status) throws IOException {
        var answer = "HTTP/1.1 " + status + " Error\r\nContent-Length: 5\r\n\r\nWait.";
        try (var server = new FakeServer((head, out) -> out.write(answer.getBytes(ISO_8859_1)))) {
            assertFails(server.url() + "job", ": " + status + ", Wait");
            assertThat(server.requests()).singleElement().asString().startsWith("GET /-/probe?");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 204, 300, 404, 405})
    void theUrlItselfIsAskedForWhereThereIsNoStreamer(int status) throws IOException {
        try (var server = new FakeServer((head, out) -> out.write(
                ("HTTP/1.1 " + (head.startsWith("GET /-/") ? status : 200) + " OK\r\nContent-Length: 0\r\n\r\n")
                        .getBytes(ISO_8859_1)))) {
            assertThat(probe(server.url()).isStreamer()).isFalse();
        }
    }

    @Test
    void anotherStreamIsJudgedByItsGaps() throws IOException {
        try (var server = new FakeServer((head, out) -> {
            out.write(CHUNKED.getBytes(ISO_8859_1));
            for (var i = 0; i < 4 && !head.startsWith("GET /-/"); i++) {
                out.write("2\r\nhi\r\n".getBytes(ISO_8859_1));
                Thread.sleep(50);
            }
            out.write("0\r\n\r\n".getBytes(ISO_8859_1));
        })) {
            var report = probe(server.url() + "job?x=1");
            assertThat(report.isStreamer()).isFalse();
            assertThat(report.verdict().outcome()).isEqualTo(Outcome.LIVE);
            assertThat(server.requests())
                    .filteredOn(head -> head.startsWith("GET /job?x=1 "))
                    .hasSize(2);
        }
    }

    @Test
    void itsStreamIsFoundWithCredentialsAndTls() throws IOException {
        var certificate = Certificate.make(directory, "own", "-keyalg", "EC");
        try (var server = TestServer.of(Commands.printing("hi"))
                .token("secret")
                .tls(new TlsFiles(certificate.file(), certificate.key(), null))
                .start()) {
            var url = server.url();
            assertFails(url, "TLS: nobody known has signed the certificate; -k goes on without a check");
            assertFails(url.replace("https", "http"), ": 400");
            assertThatThrownBy(() -> probe(url, true)).hasMessageContaining(": 401, ");
            var report = probe(url, true, new Head.Field("Authorization", "Bearer secret"));
            assertThat(report.isStreamer()).isTrue();
            assertThat(report.verdict()).isEqualTo(new Verdict(Outcome.LIVE, "each line arrives when it is sent"));
            assertThat(report.rows()).hasSize(8).allMatch(row -> row.lines().size() == Trial.LINES);
            server.awaitNoRun();
        }
    }

    @Test
    void aHopThatAnswersItselfIsNamed() throws IOException {
        try (var server = new FakeServer((head, out) -> out.write((head.contains("?n=0&")
                        ? OK + "Streamer-Probe: HTTP/1.1\r\nContent-Length: 0\r\n\r\n"
                        : "HTTP/1.1 503 Backend fetch failed\r\nX-Varnish: 3\r\nContent-Length: 0\r\n\r\n")
                .getBytes(ISO_8859_1)))) {
            assertFails(server.url(), ": 503 that Varnish answers by itself; cure: `return (pipe)`");
        }
    }

    @Test
    void aServerWithoutTlsIsTold() throws IOException {
        try (var server = TestServer.of(Commands.printing("hi")).start()) {
            assertFails(server.url().replace("http", "https"), "try http://");
        }
    }

    @Test
    void aServerThatRefusesIsTold() throws IOException {
        try (var probe = TestServer.of(Commands.printing("hi")).maxRuns(1).start();
                var taken = probe.get("/-/probe?n=1000")) {
            assertThat(taken.status()).isEqualTo(200);
            assertFails(probe.url(), ": 503, All runs are taken");
        }
    }
}
