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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import streamer.testing.NothingLeft;
import streamer.testing.RawHttp2;
import streamer.testing.RawHttp2.Frame;
import streamer.testing.RawHttp2.FrameType;
import streamer.testing.Siege;
import streamer.testing.Wait;

/** What the streams of one HTTP/2 connection may take, and that none harms another (RFC 9113, 5.1). */
@Tag("hostile")
@ExtendWith(NothingLeft.class)
class Http2StreamsTest {
    private static final byte[] ZERO_WINDOW = {0, 4, 0, 0, 0, 0};
    private static final int MAX_CONCURRENT_STREAMS = 3;

    private static final int PADDED = 8;
    private static final int PRIORITY = 32;

    private static final int NO_ERROR = 0;
    private static final int INTERNAL_ERROR = 2;
    private static final int FLOW_CONTROL_ERROR = 3;
    private static final int REFUSED_STREAM = 7;
    private static final int ENHANCE_YOUR_CALM = 11;

    private Siege siege;

    @BeforeEach
    void begin() throws IOException {
        siege = new Siege();
    }

    @AfterEach
    void end() throws IOException {
        siege.close();
    }

    private static byte[] upload(int stream, String path) {
        return request(END_HEADERS, stream, "POST", path);
    }

    private static byte[] data(int stream, int length) {
        return frame(FrameType.DATA, 0, stream, new byte[length]);
    }

    /** Waits for a frame of this type on this stream. */
    private static Frame await(RawHttp2 client, FrameType type, int stream) throws IOException {
        var frame = Objects.requireNonNull(client.answer());
        while (frame.type() != type || frame.stream() != stream) {
            frame = Objects.requireNonNull(client.answer(), () -> type + " on " + stream);
        }
        return frame;
    }

    /** The connection is ended; its last frame gets lost if the client sends all the time. */
    private static void assertCutOff(RawHttp2 client) throws IOException {
        var last = client.answer();
        for (var frame = last; frame != null; frame = client.answer()) {
            last = frame;
        }
        if (last != null && last.type() == FrameType.GOAWAY) {
            assertThat(last.error()).isEqualTo(ENHANCE_YOUR_CALM);
        }
    }

    @Test
    void refusesStreamsBeyondTheLimitAndEndsAConnectionThatInsists() throws IOException {
        try (var client = new RawHttp2(siege.address()).begin(ZERO_WINDOW)) {
            assertThat(Objects.requireNonNull(client.next()).setting(MAX_CONCURRENT_STREAMS))
                    .isEqualTo(100);
            for (var stream = 1; stream < 200; stream += 2) {
                client.send(get(stream, "/-/none"));
            }
            client.send(get(201, "/-/none"));
            assertThat(await(client, FrameType.RST_STREAM, 201).error()).isEqualTo(REFUSED_STREAM);
            var sent = Siege.inBackground(() -> {
                for (var stream = 203; stream < 2_000; stream += 2) {
                    client.send(get(stream, "/-/none"));
                }
            });
            assertCutOff(client);
            sent.join();
        }
        siege.assertUnharmed();
    }

    @Test
    void neverRefusesAClientThatKeepsToTheLimit() throws IOException {
        try (var client = new RawHttp2(siege.address()).begin()) {
            var open = new HashSet<Integer>();
            var next = 1;
            var ended = 0;
            while (ended < 3_000) {
                while (open.size() < 100) {
                    client.send(get(next, "/-/health"));
                    open.add(next);
                    next += 2;
                }
                var answer = Objects.requireNonNull(client.answer());
                assertThat(answer.type()).isNotIn(FrameType.RST_STREAM, FrameType.GOAWAY);
                if ((answer.flags() & END_STREAM) != 0) {
                    open.remove(answer.stream());
                    ended++;
                }
            }
        }
    }

    @Test
    void endsARequestWhoseResponseIsWhole() throws IOException {
        try (var client = new RawHttp2(siege.address()).begin()) {
            for (var stream = 1; stream < 200; stream += 2) {
                client.send(upload(stream, "/-/none"), data(stream, 10));
            }
            client.send(frame(FrameType.DATA, END_STREAM, 1)); // in time
            var reset = new HashSet<Integer>();
            while (reset.size() < 99) {
                var answer = Objects.requireNonNull(client.answer());
                if (answer.type() == FrameType.RST_STREAM) {
                    assertThat(answer.error()).isEqualTo(NO_ERROR);
                    reset.add(answer.stream());
                    client.send(data(answer.stream(), 10));
                }
            }
            assertThat(reset).doesNotContain(1);
            client.send(get(201, "/-/health"));
            assertThat(await(client, FrameType.HEADERS, 201).status()).isEqualTo("200");
        }
    }

    @Test
    void whatComesOnAStreamThatWasResetHarmsNoOther() throws IOException {
        try (var client = new RawHttp2(siege.address()).begin()) {
            client.send(upload(1, "/"), data(1, 5));
            await(client, FrameType.DATA, 1);
            for (var failing = 3; failing < 103; failing += 2) {
                client.send(upload(failing, "/failing"));
                assertThat(await(client, FrameType.RST_STREAM, failing).error()).isEqualTo(INTERNAL_ERROR);
                client.send(data(failing, 10_000), frame(FrameType.DATA, 0, failing));
            }
            client.send(frame(FrameType.HEADERS, END_STREAM | END_HEADERS, 3, literals("trailer", "value")));
            client.send(frame(FrameType.DATA, END_STREAM, 1, "end".getBytes(ISO_8859_1)));
            var last = await(client, FrameType.DATA, 1);
            assertThat(new String(last.payload(), ISO_8859_1)).isEqualTo("end");
        }
        Wait.until("the last one is logged", () -> failed().size() >= 50); // its client knows the end a little earlier
        assertThat(failed()).hasSize(50);
    }

    private List<String> failed() {
        return siege.accessLines().stream()
                .filter(line -> line.contains("exit=3"))
                .toList();
    }

    @Test
    void aBodyThatIsNotReadStopsNoOther() throws IOException {
        try (var client = new RawHttp2(siege.address()).begin()) {
            for (var stream = 1; stream < 9; stream += 2) {
                client.send(upload(stream, "/silent"), data(stream, 16_000), data(stream, 16_000));
                client.send(data(stream, 16_000), data(stream, 16_000));
            }
            client.send(upload(9, "/"), frame(FrameType.DATA, END_STREAM, 9, "hi".getBytes(ISO_8859_1)));
            assertThat(new String(await(client, FrameType.DATA, 9).payload(), ISO_8859_1))
                    .isEqualTo("hi");
        }
    }

    @Test
    void resetsAStreamThatSendsMoreThanItMay() throws IOException {
        try (var client = new RawHttp2(siege.address()).begin()) {
            client.send(upload(1, "/silent"));
            var sent = Siege.inBackground(() -> {
                for (var i = 0; i < 100; i++) {
                    client.send(data(1, 16_000));
                }
            });
            assertThat(await(client, FrameType.RST_STREAM, 1).error()).isEqualTo(FLOW_CONTROL_ERROR);
            sent.join();
        }
    }

    @Test
    void aClientThatGoesAwayGetsTheRestOfItsResponses() throws IOException {
        try (var client = new RawHttp2(siege.address()).begin()) {
            client.send(upload(1, "/"), data(1, 5));
            await(client, FrameType.DATA, 1);
            client.send(frame(FrameType.GOAWAY, 0, 0, new byte[8]));
            client.send(frame(FrameType.DATA, END_STREAM, 1, "end".getBytes(ISO_8859_1)));
            assertThat(new String(await(client, FrameType.DATA, 1).payload(), ISO_8859_1))
                    .isEqualTo("end");
        }
    }

    /** More than the resets that Undertow allows in all. */
    @Test
    void failuresCountForNobody() throws IOException {
        try (var client = new RawHttp2(siege.address()).begin()) {
            for (var stream = 1; stream < 602; stream += 2) {
                client.send(get(stream, "/failing"));
                await(client, FrameType.RST_STREAM, stream);
            }
            client.send(get(603, "/-/health"));
            assertThat(await(client, FrameType.HEADERS, 603).status()).isEqualTo("200");
        }
    }

    @Test
    void endsAConnectionOfMalformedRequests() throws IOException {
        try (var client = new RawHttp2(siege.address()).begin()) {
            var sent = Siege.inBackground(() -> {
                for (var stream = 1; stream < 10_000; stream += 2) {
                    client.send(request(END_HEADERS, stream, "POST", "/", "a:b", "c"));
                }
            });
            assertCutOff(client);
            sent.join();
        }
    }

    @Test
    void aMalformedLengthHarmsNoOther() throws IOException {
        try (var client = new RawHttp2(siege.address()).begin()) {
            client.send(request(END_HEADERS, 1, "POST", "/", "content-length", "abc"));
            client.send(frame(FrameType.WINDOW_UPDATE, 0, 1, new byte[] {0, 0, 0, 1}), data(1, 3));
            client.send(frame(FrameType.RST_STREAM, 0, 1, new byte[4]), get(3, "/-/health"));
            await(client, FrameType.RST_STREAM, 1);
            assertThat(await(client, FrameType.HEADERS, 3).status()).isEqualTo("200");
        }
    }

    /** An answer waits for the window, and its request's body is not kept meanwhile. */
    @Test
    void whatNobodyReadsTakesNoMemory() throws IOException {
        try (var client = new RawHttp2(siege.address()).begin(ZERO_WINDOW)) {
            client.send(upload(1, "/-/none"));
            var tiny = joined(data(1, 1), data(1, 0));
            for (var i = 0; i < 60_000; i++) {
                client.send(tiny);
            }
            client.send(frame(FrameType.PING, 0, 0, new byte[8]));
            var answer = Objects.requireNonNull(client.next());
            while (answer.type() != FrameType.PING) {
                answer = Objects.requireNonNull(client.next());
            }
        }
    }

    /** The frames of one request, cut at every byte, with all that may stand in a head. */
    @Test
    void aHeadIsJudgedWhole() throws IOException {
        var usual = literals(":method", "GET", ":scheme", "http", ":path", "/", ":authority", "localhost");
        var crossSite = literals("sec-fetch-site", "cross-site", "origin", "http://elsewhere.example");
        var padded = joined(new byte[] {3}, new byte[5], usual, new byte[3]);
        var frames = joined(
                frame(FrameType.HEADERS, END_STREAM | PADDED | PRIORITY, 1, padded),
                frame(FrameType.CONTINUATION, 0, 1),
                frame(FrameType.CONTINUATION, 0, 1, Arrays.copyOf(crossSite, 20)),
                frame(FrameType.CONTINUATION, END_HEADERS, 1, Arrays.copyOfRange(crossSite, 20, crossSite.length)));
        for (var cut = 1; cut <= frames.length; cut++) {
            try (var client = new RawHttp2(siege.address()).begin()) {
                Objects.requireNonNull(client.next()); // the server has begun, and reads what comes in two parts
                client.send(Arrays.copyOf(frames, cut));
                client.send(Arrays.copyOfRange(frames, cut, frames.length));
                assertThat(await(client, FrameType.HEADERS, 1).status())
                        .as("cut at " + cut)
                        .isEqualTo("403");
            }
        }
    }

    @Test
    void endsAConnectionWhoseHeadNeverEnds() throws IOException {
        for (var part : List.of(new byte[0], new byte[1_000])) {
            try (var client = new RawHttp2(siege.address()).begin()) {
                client.send(request(END_STREAM, 1, "GET", "/"));
                var sent = Siege.inBackground(() -> {
                    for (var i = 0; i < 10_000; i++) {
                        client.send(frame(FrameType.CONTINUATION, 0, 1, part));
                    }
                });
                assertCutOff(client);
                sent.join();
            }
        }
        siege.assertUnharmed();
    }

    @Test
    void sends100WhenTheBodyIsWanted() throws IOException {
        try (var client = new RawHttp2(siege.address()).begin()) {
            client.send(request(END_HEADERS, 1, "POST", "/", "expect", "100-continue"));
            assertThat(await(client, FrameType.HEADERS, 1).status()).isEqualTo("100");
            client.send(frame(FrameType.DATA, END_STREAM, 1, "body".getBytes(ISO_8859_1)));
            assertThat(await(client, FrameType.HEADERS, 1).status()).isEqualTo("200");
            assertThat(new String(await(client, FrameType.DATA, 1).payload(), ISO_8859_1))
                    .isEqualTo("body");
            client.send(request(END_HEADERS, 3, "POST", "/-/none", "expect", "100-continue"));
            assertThat(await(client, FrameType.HEADERS, 3).status()).isEqualTo("404");
        }
    }

    @Test
    void theHostMayStandAloneButNotElsewhere() throws IOException {
        var target = List.of(":method", "GET", ":scheme", "http", ":path", "/-/health");
        var cases = new ArrayList<List<String>>();
        cases.add(List.of("host", "localhost"));
        cases.add(List.of(":authority", "localhost", "host", "localhost"));
        cases.add(List.of(":authority", "localhost", ":authority", "localhost"));
        cases.add(List.of(":authority", "localhost", "host", "127.0.0.1"));
        cases.add(List.of(":authority", "localhost", "host", "localhost", "host", "localhost"));
        cases.add(List.of(":authority", "localhost", "a:b", "c"));
        cases.add(List.of(":authority", "localhost", "a", " c"));
        cases.add(List.of(":authority", "localhost", "a", "c\t"));
        for (var i = 0; i < cases.size(); i++) {
            var head = new ArrayList<>(target);
            head.addAll(cases.get(i));
            try (var client = new RawHttp2(siege.address()).begin()) {
                var block = literals(head.toArray(String[]::new));
                client.send(frame(FrameType.HEADERS, END_STREAM | END_HEADERS, 1, block));
                var answer = Objects.requireNonNull(client.answer());
                assertThat(answer.type())
                        .as(head.toString())
                        .isEqualTo(i < 2 ? FrameType.HEADERS : FrameType.RST_STREAM);
            }
        }
    }

    @Test
    void aPathIsDecodedOrRefused() throws IOException {
        try (var client = new RawHttp2(siege.address()).begin()) {
            client.send(get(1, "/%zz"));
            assertThat(await(client, FrameType.HEADERS, 1).status()).isEqualTo("400");
            client.send(get(3, "/%2e%2e/x"));
            assertThat(await(client, FrameType.HEADERS, 3).status()).isEqualTo("400");
        }
    }
}
