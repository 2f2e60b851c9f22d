package streamer.hostile;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static streamer.testing.RawHttp2.END_HEADERS;
import static streamer.testing.RawHttp2.END_STREAM;
import static streamer.testing.RawHttp2.frame;
import static streamer.testing.RawHttp2.get;
import static streamer.testing.RawHttp2.joined;
import static streamer.testing.RawHttp2.literals;
import static streamer.testing.RawHttp2.request;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import streamer.testing.NothingLeft;
import streamer.testing.RawHttp2;
import streamer.testing.RawHttp2.FrameType;
import streamer.testing.Siege;
import streamer.testing.Wait;

/** HTTP/2 that is malformed, or a denial of service (RFC 9113, 10.5). */
@Tag("hostile")
@ExtendWith(NothingLeft.class)
class Http2AbuseTest {
    private static final byte[] CANCEL = {0, 0, 0, 8};

    private static final int PROTOCOL_ERROR = 1;
    private static final int FLOW_CONTROL_ERROR = 3;
    private static final int FRAME_SIZE_ERROR = 6;
    private static final int COMPRESSION_ERROR = 9;

    private Siege siege;

    @BeforeEach
    void begin() throws IOException {
        siege = new Siege();
    }

    @AfterEach
    void end() throws IOException {
        siege.close();
    }

    private static byte[] head(String... headers) {
        return frame(FrameType.HEADERS, END_STREAM | END_HEADERS, 1, literals(headers));
    }

    private static byte[] with(String name, String value) {
        return request(END_STREAM | END_HEADERS, 1, "GET", "/", name, value);
    }

    private static byte[] upload(String length, String body) {
        return joined(
                request(END_HEADERS, 1, "POST", "/", "content-length", length),
                frame(FrameType.DATA, END_STREAM, 1, body.getBytes(ISO_8859_1)));
    }

    static Stream<Arguments> malformedRequests() {
        return Stream.of(
                Arguments.of("no path", head(":method", "GET", ":scheme", "http", ":authority", "a")),
                Arguments.of("no method", head(":scheme", "http", ":path", "/", ":authority", "a")),
                Arguments.of("no scheme", head(":method", "GET", ":path", "/", ":authority", "a")),
                Arguments.of("empty path", get(1, "")),
                Arguments.of("two paths", head(":method", "GET", ":scheme", "http", ":path", "/", ":path", "/b")),
                Arguments.of("two methods", head(":method", "GET", ":method", "PUT", ":scheme", "http", ":path", "/")),
                Arguments.of(
                        "unknown pseudo header", head(":method", "GET", ":scheme", "http", ":path", "/", ":a", "b")),
                Arguments.of("pseudo header behind", head(":method", "GET", "a", "b", ":scheme", "http", ":path", "/")),
                Arguments.of("path with blank", get(1, "/a b")),
                Arguments.of("path with line end", get(1, "/a\r\nb: c")),
                Arguments.of("path with fragment", get(1, "/a#b")),
                Arguments.of("path with NUL", get(1, "/a%00")),
                Arguments.of("scheme with blank", head(":method", "GET", ":scheme", "h p", ":path", "/")),
                Arguments.of("connect", head(":method", "CONNECT", ":authority", "elsewhere:443")),
                Arguments.of("upper case", with("Foo", "bar")),
                Arguments.of("blank in name", with("fo o", "bar")),
                Arguments.of("empty name", with("", "bar")),
                Arguments.of("NUL in value", with("foo", "a\0b")),
                Arguments.of("line end in value", with("foo", "a\r\nb: c")),
                Arguments.of("line feed in value", with("foo", "a\nb")),
                Arguments.of("te", with("te", "gzip")),
                Arguments.of("transfer-encoding", with("transfer-encoding", "chunked")),
                Arguments.of("connection", with("connection", "close")),
                Arguments.of("keep-alive", with("keep-alive", "1")),
                Arguments.of("proxy-connection", with("proxy-connection", "close")),
                Arguments.of("upgrade", with("upgrade", "h2c")),
                Arguments.of("length without body", with("content-length", "5")),
                Arguments.of("length of letters", upload("abc", "abc")),
                Arguments.of("negative length", upload("-1", "abc")),
                Arguments.of("length with sign", upload("+3", "abc")),
                Arguments.of("length beyond all", upload("18446744073709551619", "abc")),
                Arguments.of("too large a head", get(1, "/" + "a".repeat(12_500))),
                Arguments.of("too many headers", joined(request(END_STREAM, 1, "GET", "/"), manyHeaders())));
    }

    private static byte[] manyHeaders() {
        var names = new String[600];
        for (var i = 0; i < names.length; i++) {
            names[i] = "x" + i;
        }
        return frame(FrameType.CONTINUATION, END_HEADERS, 1, literals(names));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("malformedRequests")
    void runsNothingForAMalformedRequest(String what, byte[] frames) throws IOException {
        try (var client = new RawHttp2(siege.address()).begin().send(frames)) {
            var answer = Objects.requireNonNull(client.answer(), what);
            assertThat(answer.type() == FrameType.RST_STREAM
                            || answer.type() == FrameType.GOAWAY
                            || answer.status().equals("400"))
                    .as(answer.toString())
                    .isTrue();
        }
        assertThat(siege.accessLines()).noneMatch(line -> line.contains(" 200 "));
    }

    @ParameterizedTest
    @ValueSource(strings = {"abc", "abcdefgh"})
    void resetsWhatIsNotAsLongAsItSays(String body) throws IOException {
        try (var client = new RawHttp2(siege.address()).begin().send(upload("5", body))) {
            assertThat(client.answer())
                    .isNotNull()
                    .extracting(RawHttp2.Frame::type)
                    .isEqualTo(FrameType.RST_STREAM);
        }
        siege.server().accessLine("ended=client-gone");
    }

    static Stream<Arguments> connectionErrors() {
        return Stream.of(
                Arguments.of("DATA on 0", PROTOCOL_ERROR, frame(FrameType.DATA, 0, 0, new byte[3])),
                Arguments.of("DATA on idle", PROTOCOL_ERROR, frame(FrameType.DATA, 0, 7, new byte[3])),
                Arguments.of("HEADERS on 0", PROTOCOL_ERROR, get(0, "/silent")),
                Arguments.of("HEADERS on even", PROTOCOL_ERROR, get(2, "/silent")),
                Arguments.of("HEADERS again", PROTOCOL_ERROR, joined(get(1, "/silent"), get(1, "/silent"))),
                Arguments.of("HEADERS below", PROTOCOL_ERROR, joined(get(9, "/silent"), get(3, "/silent"))),
                Arguments.of(
                        "too large",
                        FRAME_SIZE_ERROR,
                        joined(get(1, "/silent"), frame(FrameType.DATA, 0, 1, new byte[70_000]))),
                Arguments.of("too long SETTINGS", FRAME_SIZE_ERROR, frame(FrameType.SETTINGS, 0, 0, new byte[5])),
                Arguments.of("SETTINGS on 1", PROTOCOL_ERROR, frame(FrameType.SETTINGS, 0, 1)),
                Arguments.of(
                        "window too large",
                        FLOW_CONTROL_ERROR,
                        frame(FrameType.SETTINGS, 0, 0, (byte) 0, (byte) 4, (byte) -1, (byte) 0, (byte) 0, (byte) 0)),
                Arguments.of(
                        "frames too small", PROTOCOL_ERROR, frame(FrameType.SETTINGS, 0, 0, new byte[] {0, 5, 0, 0, 0, 1
                        })),
                Arguments.of("WINDOW_UPDATE of 0", PROTOCOL_ERROR, frame(FrameType.WINDOW_UPDATE, 0, 0, new byte[4])),
                Arguments.of("WINDOW_UPDATE over", FLOW_CONTROL_ERROR, frame(FrameType.WINDOW_UPDATE, 0, 0, new byte[] {
                    127, -1, -1, -1
                })),
                Arguments.of("short PING", FRAME_SIZE_ERROR, frame(FrameType.PING, 0, 0, new byte[3])),
                Arguments.of("PUSH_PROMISE", PROTOCOL_ERROR, frame(FrameType.PUSH_PROMISE, END_HEADERS, 1, new byte[] {
                    0, 0, 0, 2
                })),
                Arguments.of("GOAWAY on 1", PROTOCOL_ERROR, frame(FrameType.GOAWAY, 0, 1, new byte[8])),
                Arguments.of("RST_STREAM of idle", PROTOCOL_ERROR, frame(FrameType.RST_STREAM, 0, 9, CANCEL)),
                Arguments.of("CONTINUATION of nothing", PROTOCOL_ERROR, frame(FrameType.CONTINUATION, END_HEADERS, 1)),
                Arguments.of(
                        "PING in between",
                        PROTOCOL_ERROR,
                        joined(request(END_STREAM, 1, "GET", "/silent"), frame(FrameType.PING, 0, 0, new byte[8]))),
                Arguments.of(
                        "bad index", COMPRESSION_ERROR, frame(FrameType.HEADERS, 5, 1, new byte[] {-1, -1, -1, -1, 15
                        })),
                Arguments.of("cut off block", COMPRESSION_ERROR, frame(FrameType.HEADERS, 5, 1, new byte[] {0, 127})),
                Arguments.of("bomb", PROTOCOL_ERROR, frame(FrameType.HEADERS, 5, 1, bomb(15_000))));
    }

    /** A header that is kept, of 3,900 bytes, and references to it. */
    private static byte[] bomb(int references) {
        var kept = literals("a", "v".repeat(3_900));
        kept[0] = 0x40;
        var block = ByteBuffer.allocate(kept.length + references).put(kept);
        while (block.hasRemaining()) {
            block.put((byte) 0xbe);
        }
        return block.array().length > 16_384 ? shortened(block.array()) : block.array();
    }

    private static byte[] shortened(byte[] block) {
        return ByteBuffer.allocate(16_384).put(block, 0, 16_384).array();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("connectionErrors")
    void endsAConnectionThatBreaksTheProtocol(String what, int error, byte[] frames) throws IOException {
        try (var client = new RawHttp2(siege.address()).begin().send(frames)) {
            var answer = client.answer();
            while (answer != null && answer.type() != FrameType.GOAWAY) {
                answer = client.answer();
            }
            assertThat(answer)
                    .as(what)
                    .isNotNull()
                    .extracting(RawHttp2.Frame::error)
                    .isEqualTo(error);
            client.awaitClosed();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PRI * HTTP/2.0\r\n\r\nSX",
                "PRI * HTTP/2.0\r\n\r\n",
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r",
                RawHttp2.PREFACE
            })
    void forgetsNoConnectionThatEndsInItsPreface(String begin) throws IOException {
        try (var client = begun(begin)) {
            client.halfClose();
            client.awaitClosed();
        }
    }

    @Test
    void aPathThatCannotBeDecodedEndsNoOtherStream() throws IOException {
        try (var client = new RawHttp2(siege.address()).begin().send(get(1, "/%zz"), get(3, "/-/health"))) {
            var answer = Objects.requireNonNull(client.answer());
            while (!(answer.stream() == 3 && answer.status().equals("200"))) {
                answer = Objects.requireNonNull(client.answer());
            }
        }
    }

    static Stream<Arguments> floods() {
        var upload = request(END_HEADERS, 1, "POST", "/");
        var nothing = new byte[0];
        return Stream.of(
                Arguments.of("SETTINGS", nothing, frame(FrameType.SETTINGS, 0, 0, new byte[] {0, 3, 0, 0, 0, 100})),
                Arguments.of("PING", nothing, frame(FrameType.PING, 0, 0, new byte[8])),
                Arguments.of("PRIORITY", nothing, frame(FrameType.PRIORITY, 0, 5, new byte[] {0, 0, 0, 3, 0})),
                Arguments.of("unknown", nothing, frame(FrameType.UNKNOWN, 0, 0)),
                Arguments.of("WINDOW_UPDATE", upload, frame(FrameType.WINDOW_UPDATE, 0, 1, new byte[] {0, 0, 0, 1})),
                Arguments.of("empty DATA", upload, frame(FrameType.DATA, 0, 1)),
                Arguments.of(
                        "DATA beyond the window",
                        request(END_HEADERS, 1, "POST", "/silent"),
                        frame(FrameType.DATA, 0, 1, new byte[1_000])),
                Arguments.of("RST_STREAM", get(1, "/silent"), frame(FrameType.RST_STREAM, 0, 1, CANCEL)),
                Arguments.of(
                        "empty CONTINUATION",
                        request(END_STREAM, 1, "GET", "/silent"),
                        frame(FrameType.CONTINUATION, 0, 1)),
                Arguments.of(
                        "CONTINUATION",
                        request(END_STREAM, 1, "GET", "/silent"),
                        frame(FrameType.CONTINUATION, 0, 1, literals("a", "b"))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("floods")
    void aFloodHarmsNobody(String what, byte[] begin, byte[] frame) throws IOException {
        var client = new RawHttp2(siege.address()).begin().send(begin);
        var flood = ByteBuffer.allocate(1_000 * frame.length);
        while (flood.hasRemaining()) {
            flood.put(frame);
        }
        var sent = Siege.inBackground(() -> {
            for (var i = 0; i < 100; i++) {
                client.send(flood.array());
            }
        });
        siege.assertUnharmed();
        siege.assertUnharmed();
        client.close();
        sent.join();
    }

    @Test
    void rapidResetsAreCutOffAndStartFewRuns() throws IOException {
        try (var client = new RawHttp2(siege.address()).begin()) {
            var sent = Siege.inBackground(() -> {
                for (var stream = 1; stream < 40_000; stream += 2) {
                    client.send(get(stream, "/silent"), frame(FrameType.RST_STREAM, 0, stream, CANCEL));
                }
            });
            Wait.within(Duration.ofSeconds(5), "others are served", () -> {
                siege.assertUnharmed();
                return true;
            });
            client.awaitClosed();
            sent.join();
        }
        assertThat(siege.accessLines()).hasSizeLessThan(2_000);
    }

    @Test
    void aClientThatNeverOpensItsWindowHarmsNobody() throws IOException {
        try (var client = new RawHttp2(siege.address()).begin().send(get(1, "/endless"))) {
            var bytes = 0;
            while (bytes < 65_535) {
                var frame = Objects.requireNonNull(client.answer());
                bytes += frame.type() == FrameType.DATA ? frame.payload().length : 0;
            }
            assertThat(bytes).isEqualTo(65_535);
            siege.assertUnharmed();
        }
        siege.server().accessLine("ended=client-gone");
    }

    @Test
    @Tag("long")
    void aConnectionOnWhichNothingIsAskedIsClosedAfterAMinute() throws IOException {
        try (var half = begun("PRI * HTTP/2.0\r\n\r\nS");
                var whole = begun(RawHttp2.PREFACE);
                var cutOff = begun(RawHttp2.PREFACE + "\0\0\t\6")) {
            for (var client : List.of(half, whole, cutOff)) {
                Wait.within(Duration.ofSeconds(90), "it is closed", () -> closes(client));
            }
        }
    }

    private RawHttp2 begun(String bytes) throws IOException {
        return new RawHttp2(siege.address()).send(bytes.getBytes(ISO_8859_1));
    }

    /** Waits for a while only. */
    private static boolean closes(RawHttp2 client) throws IOException {
        try {
            client.awaitClosed();
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        }
    }
}
