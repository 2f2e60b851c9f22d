package streamer.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import streamer.testing.NothingLeft;
import streamer.testing.Puppet;
import streamer.testing.StreamClient;
import streamer.testing.StreamClient.End;
import streamer.testing.TestServer;
import streamer.testing.Wait;

/** What the docs' blocks for proxies promise, behind the real ones. */
@Tag("clients")
@ExtendWith(NothingLeft.class)
class ProxiesTest {
    /** Not the proxy's own address, so that the two cannot be taken for one another. */
    private static final String CLIENT = "127.0.0.2";

    /** What the command knows of its client. */
    private static final String SEEN =
            "echo for=$REMOTE_ADDR https=${HTTPS-off} host=$HTTP_HOST forwarded=$HTTP_FORWARDED";

    private static final int DRIBBLE = 100_000;
    private static final int MORE_THAN_SOCKETS_HOLD = 32 << 20;

    @TempDir
    private Path directory;

    @ParameterizedTest
    @EnumSource
    void aProxyChangesNothing(Proxy.Kind kind) throws Exception {
        try (var puppet = new Puppet();
                var server =
                        TestServer.of(puppet.command()).trustProxy("127.0.0.1").start();
                var proxy = Proxy.start(kind, directory, server.address())) {
            linesArriveBeforeTheNextIsWritten(kind, proxy, puppet);
            aFailureIsSeen(kind, proxy, puppet);
            nothingIsBelievedToTheClient(kind, proxy, puppet);
            if (kind == Proxy.Kind.CADDY) {
                uploadsNeedHttp2(proxy, puppet);
            } else {
                anUploadIsNotHeld(kind, proxy, puppet);
                aSlowReaderGetsAll(proxy, puppet);
            }
            aClientThatLeavesStopsItsRun(kind, proxy, puppet, server);
        }
    }

    private static void linesArriveBeforeTheNextIsWritten(Proxy.Kind kind, Proxy proxy, Puppet puppet)
            throws IOException {
        for (var accept : new String[] {"Accept: */*", "Accept: text/event-stream"}) {
            try (var client = proxy.connect(CLIENT).request("GET", "/", accept)) {
                for (var line : new String[] {"one", "two", "three"}) {
                    puppet.tell("echo " + line);
                    awaitText(client, line + "\n");
                }
                puppet.tell("exit 0");
                assertThat(client.end()).isEqualTo(End.CLEAN);
                if (!accept.endsWith("event-stream")) {
                    assertThat(client.trailer("Streamer-Exit-Code")).isEqualTo(kind == Proxy.Kind.APACHE ? "" : "0");
                }
            }
        }
    }

    private static void aFailureIsSeen(Proxy.Kind kind, Proxy proxy, Puppet puppet) throws IOException {
        try (var client = proxy.connect(CLIENT).request("GET", "/")) {
            puppet.tell("echo begun");
            awaitText(client, "begun\n");
            puppet.tell("exit 3");
            if (kind != Proxy.Kind.CADDY) { // before 2.8
                assertThat(client.end()).isNotEqualTo(End.CLEAN);
            }
            assertThat(client.text()).isEmpty();
            assertThat(client.trailer("Streamer-Exit-Code")).isEmpty();
        }
    }

    private static void nothingIsBelievedToTheClient(Proxy.Kind kind, Proxy proxy, Puppet puppet) throws IOException {
        // Varnish answers 400 when its own X-Forwarded-For is named there.
        var named = (kind == Proxy.Kind.VARNISH ? "" : "X-Forwarded-For, ")
                + "X-Forwarded-Proto, X-Forwarded-Host, Forwarded";
        for (var connection : new String[] {"keep-alive", named}) {
            try (var first = proxy.connect(CLIENT).request("GET", "/");
                    var second = next(first, proxy, puppet)) {
                second.request(
                        "GET",
                        "/",
                        "Connection: " + connection,
                        "X-Forwarded-For: 192.0.2.1, 127.0.0.1",
                        "X-Forwarded-For: 192.0.2.2",
                        "X-Forwarded-Proto: https",
                        "X-Forwarded-Host: example.org",
                        "Forwarded: for=192.0.2.3;proto=https;host=example.org");
                puppet.tell(SEEN);
                awaitText(second, "for=" + CLIENT + " https=off host=localhost forwarded=\n");
                puppet.tell("exit 0");
                assertThat(second.end()).isEqualTo(End.CLEAN);
            }
        }
    }

    /** Where the next request can be sent: the same connection if it is kept, since a proxy may look at the first only. */
    private static StreamClient next(StreamClient client, Proxy proxy, Puppet puppet) throws IOException {
        puppet.tell("exit 0");
        assertThat(client.end()).isEqualTo(End.CLEAN);
        return client.header("Connection").equals("close") ? proxy.connect(CLIENT) : client.next();
    }

    private static void anUploadIsNotHeld(Proxy.Kind kind, Proxy proxy, Puppet puppet) throws IOException {
        try (var client = upload(proxy, "Transfer-Encoding: chunked")) {
            for (var line : new String[] {"one\n", "two\n"}) {
                client.sendChunk(line);
                puppet.tellAndWait("IFS= read -r got; echo $got");
                if (kind != Proxy.Kind.APACHE) { // answers after the upload
                    awaitText(client, line);
                }
            }
            client.sendLastChunk();
            puppet.tell("exit 0");
            assertThat(client.text()).isEqualTo(kind == Proxy.Kind.APACHE ? "one\ntwo\n" : "");
            assertThat(client.end()).isEqualTo(End.CLEAN);
        }
    }

    private static void uploadsNeedHttp2(Proxy proxy, Puppet puppet) throws IOException {
        try (var client = upload(proxy, "Transfer-Encoding: chunked")) {
            client.sendChunk("one\n").sendLastChunk();
            assertThat(client.status()).isEqualTo(505);
        }
        try (var client = proxy.connectHttp2()) {
            var stream = client.post("/");
            for (var line : new String[] {"one\n", "two\n"}) {
                stream.send(line.getBytes(StandardCharsets.UTF_8));
                puppet.tell("IFS= read -r got; echo $got");
                assertThat(stream.piece()).isEqualTo(line);
            }
            stream.finish();
            puppet.tell("exit 0");
            assertThat(stream.text()).isEmpty();
        }
    }

    /** The response has begun and the way to the command is full: then some proxies forget the rest of the upload. */
    private static void aSlowReaderGetsAll(Proxy proxy, Puppet puppet) throws Exception {
        var length = DRIBBLE + MORE_THAN_SOCKETS_HOLD;
        try (var client = upload(proxy, "Content-Length: " + length)) {
            var sent = CompletableFuture.runAsync(() -> sendAll(client, new byte[length]));
            puppet.tellAndWait("echo begun");
            puppet.tell("dd bs=1 count=" + DRIBBLE + " 2>/dev/null | wc -c; wc -c; exit 0");
            assertThat(client.text()).isEqualTo("begun\n" + DRIBBLE + "\n" + MORE_THAN_SOCKETS_HOLD + "\n");
            sent.get(Wait.LONG.toSeconds(), TimeUnit.SECONDS);
        }
    }

    private static void sendAll(StreamClient client, byte[] bytes) {
        try {
            client.send(bytes);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Reads pieces until they end in this; fails when nothing more comes. */
    private static void awaitText(StreamClient client, String text) throws IOException {
        var all = new StringBuilder();
        while (!all.toString().stripTrailing().endsWith(text.stripTrailing())) {
            var piece = client.piece();
            assertThat(piece).as("after '%s'", all).isNotNull();
            all.append(piece);
        }
    }

    private static StreamClient upload(Proxy proxy, String length) throws IOException {
        return proxy.connect(CLIENT)
                .send("POST / HTTP/1.1\r\nHost: localhost\r\n" + length + "\r\n\r\n")
                .expect("POST");
    }

    private static void aClientThatLeavesStopsItsRun(Proxy.Kind kind, Proxy proxy, Puppet puppet, TestServer server)
            throws IOException {
        try (var client = proxy.connect(CLIENT).request("GET", "/")) {
            puppet.tell("echo begun");
            awaitText(client, "begun\n");
            if (kind == Proxy.Kind.APACHE) { // notices it by writing
                puppet.tell("while sleep 0.1; do echo; done");
            }
        }
        assertThat(server.accessLine("ended=client-gone")).contains(" GET / 200 ");
        server.awaitNoRun();
    }
}
