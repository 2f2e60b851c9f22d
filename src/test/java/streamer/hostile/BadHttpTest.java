package streamer.hostile;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import streamer.testing.NothingLeft;
import streamer.testing.Siege;
import streamer.testing.StreamClient;
import streamer.testing.StreamClient.End;
import streamer.testing.Wait;

/** HTTP/1 that is malformed, ambiguous, endless or slow (request smuggling, slowloris). */
@Tag("hostile")
@ExtendWith(NothingLeft.class)
class BadHttpTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: localhost\r\n";
    private static final String POST = "POST / HTTP/1.1\r\nHost: localhost\r\n";
    private static final String CHUNKED = POST + "Transfer-Encoding: chunked\r\n\r\n";
    private static final String HELLO = "5\r\nhello\r\n0\r\n\r\n";
    private static final String NEXT = "OPTIONS /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private static final int MUCH = 8 * 1024 * 1024;

    private Siege siege;

    @BeforeEach
    void begin() throws IOException {
        siege = new Siege();
    }

    @AfterEach
    void end() throws IOException {
        siege.close();
    }

    static Stream<String> ambiguousHeads() {
        return Stream.of(
                "Content-Length: 5\r\nTransfer-Encoding: chunked",
                "Transfer-Encoding: chunked\r\nContent-Length: 5",
                "Content-Length: 5\r\nContent-Length: 6",
                "Content-Length: 5\r\nContent-Length: 5",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
                "Transfer-Encoding : chunked",
                "Content-Length : 5",
                "X: y\nTransfer-Encoding: chunked",
                "X: y\rTransfer-Encoding: chunked",
                "Content-Length: 5\r",
                "X\0: y",
                "X: y\0",
                "X\u00e9: y",
                "X",
                "Transfer-Encoding",
                ": y",
                "X Y: z",
                " X: y\r\nContent-Length: 5");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"5, 5", "5,5", "-5", "+5", "0x5", "5 5", "", "5;", "99999999999999999999", "18446744073709551621"
            })
    void refusesALengthThatIsNone(String length) throws IOException {
        assertRefused(POST + "Content-Length: " + length + "\r\n\r\nhello");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "identity",
                "gzip",
                "xchunked",
                "\"chunked\"",
                "chunked;q=1",
                "chunked,",
                ",chunked",
                "chunked, identity",
                "chunked, chunked",
                "\u000bchunked",
                "chunked\0"
            })
    void refusesACodingThatIsNotChunked(String coding) throws IOException {
        assertRefused(POST + "Transfer-Encoding: " + coding + "\r\n\r\n" + HELLO);
    }

    @ParameterizedTest
    @MethodSource("ambiguousHeads")
    void refusesAHeadThatAnotherServerMayReadOtherwise(String lines) throws IOException {
        assertRefused(POST + lines + "\r\n\r\n" + HELLO);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip, chunked", "x-a,\tb , CHUNKED"})
    void knowsNoCodingButChunked(String coding) throws IOException {
        try (var client = siege.server().connect()) {
            client.send(POST + "Transfer-Encoding: " + coding + "\r\n\r\n" + HELLO + NEXT)
                    .expect("POST");
            assertThat(client.status()).isEqualTo(501);
            assertThat(client.text()).hasLineCount(1);
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void refusesChunksOfHttp10() throws IOException {
        assertRefused("POST / HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n" + HELLO);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-5\r\nhello",
                "+5\r\nhello",
                "0x5\r\nhello",
                " 5\r\nhello",
                "5g\r\nhello",
                "zz\r\n",
                "\r\nhello",
                "5 5\r\nhello",
                "5\nhello",
                "5;\nhello",
                "5;a\rb\r\nhello",
                "5;\0\r\nhello",
                "5\rhello",
                "8000000000000005\r\nhello",
                "10000000000000005\r\nhello",
                "00000000000000000005\r\nhello",
                "5\r\nhello5\r\nhello",
                "5\r\nhelloXX\r\n",
                "5\r\nhello\n",
                "5\r\nhello\r\r\n",
                "0\r\nA\0: b\r\n",
                "0\r\nA: b\nC: d\r\n",
                "0\r\nA: b\rC: d\r\n",
                "0\r\n\r\r\n",
                "0\n"
            })
    void refusesChunksThatAreNone(String chunks) throws IOException {
        assertRefused(CHUNKED + chunks + "\r\n0\r\n\r\n");
    }

    /** Either as a whole, by a 400, or by breaking off what has begun; and what follows is no request. */
    private void assertRefused(String request) throws IOException {
        try (var client = siege.server().connect()) {
            client.send((request + NEXT).getBytes(ISO_8859_1)).expect("POST");
            assertThat(client.status()).isIn(400, 200);
            assertThat(client.status() == 400 || client.end() != End.CLEAN).isTrue();
            client.halfClose();
            client.end();
            assertThat(client.isClosed()).isTrue();
        }
        assertThat(siege.accessLines()).noneMatch(line -> line.contains("smuggled"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length:\t 5\t \r\n\r\nhello",
                "Content-Length: 005\r\n\r\nhello",
                "Transfer-Encoding:\t Chunked \r\n\r\n" + HELLO,
                "Transfer-Encoding:\r\n chunked\r\n\r\n" + HELLO,
                "X: y\r\n Content-Length: 1\r\nContent-Length: 5\r\n\r\nhello",
                "Transfer-Encoding: chunked\r\n\r\n5 ;a=\"b\"\r\nhello\r\n0;c\r\n\r\n",
                "Transfer-Encoding: chunked\r\n\r\n000005 \r\nhello\r\n000\r\n\r\n",
                "Transfer-Encoding: chunked\r\n\r\n1\r\nh\r\n4\r\nello\r\n0\r\n\r\n",
                "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nContent-Length: 9\r\nTransfer-Encoding: x\r\nHost: y\r\n\r\n"
            })
    void readsInOneWayWhatMayBeRead(String rest) throws IOException {
        try (var client = siege.server().connect()) {
            client.send(POST + rest + NEXT).expect("POST");
            assertThat(client.text()).isEqualTo("hello");
            assertThat(client.end()).isEqualTo(End.CLEAN);
            assertThat(client.next().expect("OPTIONS").status()).isEqualTo(204);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET /a#b, 400",
        "GET /a b, 400",
        "GET /a%00b, 400",
        "GET /a%zz, 400",
        "GET /\u00e9, 400",
        "GET a, 400",
        "GET *, 400",
        "GET http://elsewhere/a, 400",
        "GET http://localhost/a, 200",
        "GET /a/../b, 400",
        "GET /a/%2e%2E, 400",
        "GET /..%2fb, 400",
        "GET /a/./b, 400",
        "GET /a%0ab, 400",
        "GET /..a/b.., 200",
        "G(T /, 400",
        "CONNECT elsewhere:443, 400",
        "PRI /, 405"
    })
    void answersEachFormOfTarget(String line, int status) throws IOException {
        try (var client = siege.server().connect()) {
            client.send((line + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(ISO_8859_1));
            assertThat(client.status()).isEqualTo(status);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /\r\n",
                "GET / http/1.1\r\nHost: localhost\r\n\r\n",
                "GET / HTTP/2.0\r\nHost: localhost\r\n\r\n",
                "GET / HTTP/1.1\nHost: localhost\n\n",
                "GET\t/\tHTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET / HTTP/1.1\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                "\u0016\u0003\u0001\u0000\u00c2\u0001\u0000\u0000\u00be\u0003\u0003",
                "\u0001\u0002\u0003\u00ff\u00fe\r\n\r\n",
                "PRI * HTTP/2.0\r\n\r\nXM\r\n\r\n"
            })
    void refusesWhatIsNoRequest(String bytes) throws IOException {
        try (var client = siege.server().connect()) {
            client.send(bytes.getBytes(ISO_8859_1));
            assertThat(client.status()).isEqualTo(400);
            client.end();
            assertThat(client.isClosed()).isTrue();
        }
        assertThat(siege.accessLines()).isEmpty();
    }

    @Test
    void skipsBlankLinesBeforeARequest() throws IOException {
        try (var client = siege.server().connect()) {
            client.send("\r\n\n\r\n").request("OPTIONS", "/").send("\r\n").request("OPTIONS", "/");
            assertThat(client.status()).isEqualTo(204);
            assertThat(client.next().status()).isEqualTo(204);
            client.send("\r\n").request("OPTIONS", "/");
            assertThat(client.next().status()).isEqualTo(204);
        }
    }

    /** Undertow answers some of them itself, and waits for the rest of what it refuses. */
    @Test
    void aRefusalDoesNotWaitForTheBody() throws IOException {
        var begins = List.of(
                "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\n",
                "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\n123",
                "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
                "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12",
                "POST / HTTP/1.1\r\nHost: a\r\nHost: a\r\nContent-Length: 5\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: [::1\r\nContent-Length: 5\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: elsewhere\r\nContent-Length: 5\r\n\r\n",
                "HEAD / HTTP/1.1\r\nHost: a\r\nHost: a\r\nContent-Length: 5\r\n\r\n",
                "HEAD / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n");
        var clients = new ArrayList<StreamClient>();
        for (var begin : begins) {
            clients.add(siege.server().connect().expect(begin.substring(0, 4)).send(begin));
        }
        for (var client : clients) {
            try (client) {
                assertThat(client.status()).isIn(200, 400, 421);
                client.end();
                assertThat(client.isClosed()).isTrue();
            }
        }
    }

    @Test
    void refusesHttp09() throws IOException {
        try (var client = siege.server().connect()) {
            client.send("GET /silent HTTP/0.9\r\n\r\n");
            siege.server().accessLine(" 400 ");
        }
    }

    static Stream<String[]> endless() {
        var long8k = "a".repeat(8 * 1024);
        return Stream.of(
                new String[] {"", "A"},
                new String[] {"GET /", "a"},
                new String[] {GET + "X: ", "a"},
                new String[] {GET, "X: y\r\n"},
                new String[] {GET, "X: " + long8k + "\r\n"},
                new String[] {CHUNKED, "0"},
                new String[] {CHUNKED + "1;", "a"},
                new String[] {CHUNKED + "0\r\n", "X: y\r\n"},
                new String[] {CHUNKED + "0\r\nX: ", "a"},
                new String[] {CHUNKED + "0\r\n", "\r"});
    }

    @ParameterizedTest
    @MethodSource("endless")
    void refusesWhatHasNoEnd(String begin, String more) throws IOException {
        try (var client = siege.server().connect()) {
            client.send(begin);
            var piece = more.repeat(64 * 1024 / more.length()).getBytes(ISO_8859_1);
            var sent = Siege.inBackground(() -> {
                for (var length = 0; length < MUCH; length += piece.length) {
                    client.send(piece);
                }
                client.halfClose();
            });
            siege.assertUnharmed();
            sent.join();
            assertClosedAfter400(client);
        }
    }

    /** The 400 itself may be lost by the reset that follows it. */
    private static void assertClosedAfter400(StreamClient client) throws IOException {
        try {
            assertThat(client.status()).isEqualTo(400);
            client.end();
        } catch (SocketException e) {
            assertThat(e).hasMessageContaining("reset");
        }
        assertThat(client.isClosed()).isTrue();
    }

    @Test
    void aBadRequestEndsThePipeline() throws IOException {
        try (var client = siege.server().connect()) {
            client.request("OPTIONS", "/").send("B\0D / HTTP/1.1\r\n\r\n").request("OPTIONS", "/third");
            assertThat(client.status()).isEqualTo(204);
            assertThat(client.next().status()).isEqualTo(400);
            client.end();
            assertThat(client.isClosed()).isTrue();
        }
        assertThat(siege.accessLines()).hasSize(1);
    }

    @Test
    void aRunThatFailsEndsThePipeline() throws IOException {
        try (var client = siege.server().connect()) {
            client.request("OPTIONS", "/").request("GET", "/failing").request("OPTIONS", "/third");
            assertThat(client.expect("OPTIONS").status()).isEqualTo(204);
            assertThat(client.next().expect("GET").text()).isEqualTo("some\n");
            assertThat(client.end()).isNotEqualTo(End.CLEAN);
            assertThat(client.isClosed()).isTrue();
        }
        siege.server().accessLine("exit=3");
        assertThat(siege.accessLines()).noneMatch(line -> line.contains("third"));
    }

    private enum Leaving {
        FIN,
        RESET,
        HALF_CLOSE
    }

    @ParameterizedTest
    @EnumSource(Leaving.class)
    void aClientMayLeaveAfterAnyByte(Leaving how) throws IOException {
        for (var request : new String[] {GET + "\r\n", CHUNKED + HELLO}) {
            for (var length = 0; length <= request.length(); length += how == Leaving.HALF_CLOSE ? 5 : 1) {
                leave(how, request.substring(0, length));
            }
        }
    }

    private void leave(Leaving how, String sent) throws IOException {
        var client = siege.server().connect().send(sent);
        switch (how) {
            case RESET -> client.reset();
            case HALF_CLOSE -> {
                client.halfClose();
                assertIsAnsweredOrClosed(client);
            }
            case FIN -> {}
        }
        client.close();
    }

    private static void assertIsAnsweredOrClosed(StreamClient client) throws IOException {
        try {
            client.end();
        } catch (IOException e) {
            assertThat(e).hasMessageMatching("the connection was closed after ''|Connection reset.*");
        }
    }

    @Test
    void slowClientsDelayNobody() throws IOException {
        var slow = new ArrayList<StreamClient>();
        for (var i = 0; i < 300; i++) {
            slow.add(siege.server().connect().send(i % 5 == 0 ? CHUNKED + "5\r\nh" : GET + "X: "));
        }
        siege.assertUnharmed();
        for (var client : slow) {
            client.send("e");
        }
        siege.assertUnharmed();
        for (var client : slow) {
            client.close();
        }
    }

    @Test
    void aClientThatNeverReadsHarmsNobody() throws IOException {
        var client = new StreamClient(siege.address(), 4096).request("GET", "/endless");
        var sent = Siege.inBackground(() -> {
            for (var i = 0; i < 100_000; i++) {
                client.request("OPTIONS", "/");
            }
        });
        siege.assertUnharmed();
        client.close();
        sent.join();
        siege.server().accessLine("GET /endless");
    }

    @Test
    void aHeaderThatHoldsCloseAmongOthersCloses() throws IOException {
        try (var client = siege.server().get("/", "Connection: x, Close")) {
            client.request("OPTIONS", "/smuggled").expect("GET");
            assertThat(client.end()).isEqualTo(End.CLEAN);
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    @Tag("long")
    void aHeadMustComeWithinHalfAMinute() throws IOException {
        try (var client = siege.server().connect()) {
            client.send(GET);
            Wait.within(Duration.ofSeconds(40), "it is closed", () -> closes(client));
        }
    }

    /** Waits for a while only. */
    private static boolean closes(StreamClient client) throws IOException {
        try {
            return client.isClosed();
        } catch (SocketTimeoutException e) {
            return false;
        }
    }
}
