package streamer.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.StandardConstants;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import streamer.http.access.FileException;
import streamer.http.listener.TlsFiles;
import streamer.testing.Certificate;
import streamer.testing.Commands;
import streamer.testing.NothingLeft;
import streamer.testing.Puppet;
import streamer.testing.StreamClient;
import streamer.testing.StreamClient.End;
import streamer.testing.TestServer;
import streamer.testing.Wait;

@ExtendWith(NothingLeft.class)
class TlsTest {
    @TempDir
    private static Path directory;

    private static Certificate ec;
    private static Certificate rsa;
    private static SSLContext client;

    @BeforeAll
    static void make() throws IOException {
        ec = Certificate.make(directory, "ec", "-keyalg", "EC");
        rsa = Certificate.make(directory, "rsa", "-keyalg", "RSA");
        client = ec.trusting(null);
    }

    private static TlsFiles files(Certificate certificate, Path key, @Nullable Path clients) {
        return new TlsFiles(certificate.file(), key, clients);
    }

    private static TestServer.Setup serving(String script) {
        return TestServer.of(Commands.sh(script)).tls(files(ec, ec.key(), null));
    }

    @Test
    void eachLineIsThereBeforeTheNextIsWritten() throws IOException {
        try (var puppet = new Puppet();
                var server = TestServer.of(puppet.command())
                        .tls(files(ec, ec.key(), null))
                        .start();
                var stream = server.connect(client).request("GET", "/")) {
            assertThat(server.url()).startsWith("https://");
            puppet.tell("echo $HTTPS");
            assertThat(stream.piece()).isEqualTo("on\n");
            puppet.tell("echo two");
            assertThat(stream.piece()).isEqualTo("two\n");
            puppet.tell("exit 0");
            assertThat(stream.end()).isEqualTo(End.CLEAN);
        }
    }

    @Test
    void failureBreaksTheStreamOff() throws IOException {
        try (var server = serving("echo some; exit 3").start();
                var stream = server.connect(client).request("GET", "/")) {
            assertThat(stream.text()).isEqualTo("some\n");
            assertThat(stream.end()).isEqualTo(End.BROKEN_OFF);
        }
    }

    @Test
    void aClientThatLeavesIsNoticed() throws IOException {
        try (var server = serving("echo ready; sleep 1000").start()) {
            try (var stream = server.connect(client).request("GET", "/")) {
                assertThat(stream.piece()).isEqualTo("ready\n");
            }
            server.accessLine("ended=client-gone");
        }
    }

    @Test
    void requestsSentAheadAreAnswered() throws IOException {
        var request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
        try (var server = serving("sleep 0.1; echo hi").start();
                var stream = server.connect(client).send(request + request).send(request)) {
            for (var answer = 0; answer < 3; answer++) {
                assertThat(stream.next().text()).isEqualTo("hi\n");
            }
        }
    }

    @Test
    void bytesGoBothWaysUnchanged() throws IOException {
        try (var server = serving("cat").start();
                var stream = server.connect(client).request("POST", "/", "Content-Length: 300000")) {
            var bytes = "0123456789".repeat(30_000);
            stream.send(bytes.substring(0, 100));
            assertThat(stream.piece()).isEqualTo(bytes.substring(0, 100));
            stream.send(bytes.substring(100));
            assertThat(stream.text()).isEqualTo(bytes.substring(100));
        }
    }

    @Test
    void aBrowsersKindOfClientGetsHttp2() throws Exception {
        try (var server =
                serving("yes | head -c 1000000; echo $SERVER_PROTOCOL").start()) {
            var response = HttpClient.newBuilder()
                    .sslContext(client)
                    .build()
                    .send(HttpRequest.newBuilder(local(server)).build(), BodyHandlers.ofString());
            assertThat(response.version()).isEqualTo(Version.HTTP_2);
            assertThat(response.body()).hasSize(1_000_009).endsWith("y\nHTTP/2.0\n");
        }
    }

    private static URI local(TestServer server) {
        return URI.create("https://localhost:" + server.address().getPort() + "/");
    }

    @Test
    void oldProtocolsAreRefused() throws IOException {
        try (var server = serving("echo hi").start();
                var socket = (SSLSocket) client.getSocketFactory()
                        .createSocket("localhost", server.address().getPort())) {
            socket.setSoTimeout((int) Wait.LONG.toMillis());
            socket.setEnabledProtocols(new String[] {"TLSv1.2"});
            socket.startHandshake();
            assertThat(socket.getSession().getProtocol()).isEqualTo("TLSv1.2");
            try (var old = (SSLSocket) client.getSocketFactory()
                    .createSocket("localhost", server.address().getPort())) {
                old.setEnabledProtocols(new String[] {"TLSv1.1"});
                assertThatThrownBy(old::startHandshake).isInstanceOf(SSLException.class);
            }
        }
    }

    /** First chunks that fill a record, so that their end is left for the next write. */
    @ParameterizedTest
    @ValueSource(ints = {15_900, 15_986, 15_987, 16_359, 16_360, 16_361, 16_362})
    void aFirstChunkIsEndedBeforeTheSecond(int length) throws IOException {
        var command = "sleep 0.1; head -c " + length + " /dev/zero; sleep 0.2; echo tail";
        for (var statusWait : List.of(10, 1_000)) {
            try (var server = serving(command)
                            .flush(64 * 1024, Duration.ofMillis(50))
                            .statusWait(Duration.ofMillis(statusWait))
                            .start();
                    var stream = server.connect(client).request("GET", "/")) {
                assertThat(stream.text()).isEqualTo("\0".repeat(length) + "tail\n");
                assertThat(stream.end()).isEqualTo(End.CLEAN);
            }
        }
    }

    @Test
    void plainHttpIsToldSo() throws IOException {
        try (var server = serving("echo hi").start();
                var plain = server.connect().send("POST / HTTP/1.1\r\n")) {
            assertThat(plain.status()).isEqualTo(400);
            assertThat(plain.text()).isEqualTo("This port speaks https, not http.\n");
            assertThat(plain.isClosed()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"my_service", "example.com.", "localhost", "-", "a..b", "b\u00fccher.example"})
    void aServerNameThatJavaCallsMalformedIsServed(String name) throws Exception {
        try (var server = serving("echo hi").start();
                var raw = new Socket(
                        server.address().getAddress(), server.address().getPort());
                var socket = (SSLSocket) client.getSocketFactory().createSocket(raw, "localhost", 1, true)) {
            var parameters = socket.getSSLParameters();
            parameters.setServerNames(List.of(
                    new SNIServerName(StandardConstants.SNI_HOST_NAME, name.getBytes(StandardCharsets.UTF_8)) {}));
            socket.setSSLParameters(parameters);
            socket.setSoTimeout((int) Wait.LONG.toMillis());
            socket.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .endsWith("\r\n\r\nhi\n");
        }
    }

    @Test
    void whatSpeaksNeitherIsClosed() throws IOException {
        try (var server = serving("echo hi").start();
                var plain = server.connect().send("\0\1\2\3 nonsense\r\n\r\n")) {
            plain.isClosed();
            try (var next = server.connect(client).request("GET", "/")) {
                assertThat(next.text()).isEqualTo("hi\n");
            }
        }
    }

    @Test
    void keysOfEachKindAreUnderstood() throws IOException {
        var ed = Certificate.make(directory, "ed", "-keyalg", "Ed25519");
        assertServes(ec, ec.oldKey("EC PRIVATE KEY"));
        assertServes(rsa, rsa.key());
        assertServes(rsa, rsa.oldKey("RSA PRIVATE KEY"));
        assertServes(ed, ed.key());
        var both = Files.writeString(
                directory.resolve("both.pem"), Files.readString(ec.key()) + Files.readString(ec.file()));
        assertServes(ec, both);
    }

    private static void assertServes(Certificate certificate, Path key) throws IOException {
        try (var server = TestServer.of(Commands.printing("hi"))
                        .tls(files(certificate, key, null))
                        .start();
                var stream = server.connect(certificate.trusting(null)).request("GET", "/")) {
            assertThat(stream.text()).isEqualTo("hi");
        }
    }

    @Test
    void filesThatCannotBeUsedAreNamed() throws IOException {
        var old = Certificate.make(directory, "old", "-keyalg", "EC", "-startdate", "-3d", "-validity", "1");
        var soon = Certificate.make(directory, "soon", "-keyalg", "EC", "-startdate", "+3d");
        var other = Certificate.make(directory, "other", "-keyalg", "EC");
        var locked = Files.writeString(
                directory.resolve("locked.key"),
                "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n");
        var cut = Files.writeString(
                directory.resolve("cut.key"), Files.readString(ec.key()).replaceFirst("\n.*\n-----END", "\n-----END"));
        assertRefuses(files(old, old.key(), null), old.file(), "expired at 20");
        assertRefuses(files(soon, soon.key(), null), soon.file(), "is not valid before 20");
        assertRefuses(files(ec, other.key(), null), other.key(), "does not belong to the certificate");
        assertRefuses(files(ec, rsa.key(), null), rsa.key(), "is damaged, or does not belong to the certificate");
        assertRefuses(files(ec, locked, null), locked, "is encrypted");
        assertRefuses(files(ec, cut, null), cut, "is damaged");
        assertRefuses(files(ec, ec.file(), null), ec.file(), "holds no private key");
        assertRefuses(new TlsFiles(ec.key(), ec.key(), null), ec.key(), "holds no certificate");
        assertRefuses(files(ec, directory.resolve("none"), null), directory.resolve("none"), "no such file");
        assertRefuses(files(ec, ec.key(), directory), directory, "cannot be read");
    }

    private static void assertRefuses(TlsFiles files, Path file, String why) {
        var setup = TestServer.of(Commands.printing("hi")).tls(files);
        assertThatThrownBy(setup::start)
                .isInstanceOf(FileException.class)
                .hasMessageStartingWith(file + ": " + why)
                .hasMessageNotContaining("\n");
    }

    @Test
    void aNewCertificateCountsForNewConnectionsAndDisturbsNoStream() throws IOException {
        var renewed = Certificate.make(directory, "renewed", "-keyalg", "EC");
        var certificate = Files.copy(ec.file(), directory.resolve("live.crt"));
        var key = Files.copy(ec.key(), directory.resolve("live.key"));
        try (var puppet = new Puppet();
                var server = TestServer.of(Commands.either("[ -n \"$STREAMER_QUERY_X\" ]", "echo hi", puppet.command()))
                        .tls(new TlsFiles(certificate, key, null))
                        .start();
                var stream = server.connect(client).request("GET", "/")) {
            puppet.tell("echo one");
            assertThat(stream.piece()).isEqualTo("one\n");
            Files.copy(renewed.file(), certificate, StandardCopyOption.REPLACE_EXISTING);
            Files.copy(renewed.key(), key, StandardCopyOption.REPLACE_EXISTING);
            var trusting = renewed.trusting(null);
            Wait.until("the new one is shown", () -> isServed(server, trusting));
            puppet.tell("echo two; exit 0");
            assertThat(stream.text()).isEqualTo("two\n");
            assertThat(stream.end()).isEqualTo(End.CLEAN);
        }
    }

    private static boolean isServed(TestServer server, SSLContext trusting) throws IOException {
        try (var next = server.connect(trusting).request("GET", "/?x=1")) {
            return next.status() == 200;
        } catch (SSLException e) {
            return false;
        }
    }

    @Test
    void onlyClientsWithACertificateGetInWhereOneIsAskedFor() throws IOException {
        try (var server = TestServer.of(Commands.sh("echo $SSL_CLIENT_S_DN"))
                .tls(files(ec, ec.key(), rsa.file()))
                .start()) {
            try (var known = server.connect(ec.trusting(rsa)).request("GET", "/")) {
                assertThat(known.text()).isEqualTo("CN=rsa\n");
            }
            for (var stranger : new SSLContext[] {ec.trusting(null), ec.trusting(ec)}) {
                try (var unknown = server.connect(stranger)) {
                    assertThatThrownBy(() -> unknown.request("GET", "/").status())
                            .isInstanceOf(IOException.class);
                }
            }
        }
    }

    @Test
    @Tag("long")
    @Timeout(value = 3, unit = TimeUnit.MINUTES)
    void whoSaysNothingIsClosedAndWhoStreamsIsNot() throws IOException {
        try (var server = serving("echo ready; sleep 65; echo end").start();
                var silent = server.connect();
                var stream = server.connect(client).request("GET", "/")) {
            assertThat(stream.piece()).isEqualTo("ready\n");
            Wait.within(Duration.ofSeconds(70), "the silent one is closed", () -> closes(silent));
            assertThat(stream.text()).as("the other goes on").isEqualTo("end\n");
        }
    }

    /** Waits for a while only. */
    private static boolean closes(StreamClient silent) throws IOException {
        try {
            return silent.isClosed();
        } catch (SocketTimeoutException e) {
            return false;
        }
    }
}
