package streamer.format;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import streamer.output.Ending;

class ServerSentEventsTest {
    private final ServerSentEvents events = new ServerSentEvents("r", Start.ZERO);

    private String encode(byte[] bytes) {
        var chunk = ByteBuffer.wrap(bytes);
        var text = new StringBuilder();
        while (chunk.hasRemaining()) {
            text.append(UTF_8.decode(events.encode(chunk)));
        }
        return text.toString();
    }

    private String encode(String text) {
        return encode(text.getBytes(UTF_8));
    }

    private String end() {
        return UTF_8.decode(events.end(new Ending.Exited(0), 5)).toString();
    }

    @Test
    void aLineIsAMessageWithTheOffsetBehindIt() {
        assertThat(encode("one\ntwo\n")).isEqualTo("id: r:4\ndata: one\n\nid: r:8\ndata: two\n\n");
    }

    @Test
    void allLineEndsAreLineEnds() {
        assertThat(encode("a\rb\r\nc\n\nd\r"))
                .isEqualTo("id: r:2\ndata: a\n\nid: r:4\ndata: b\n\nid: r:7\ndata: c\n\nid: r:8\ndata: \n\n"
                        + "id: r:10\ndata: d\n\n");
    }

    @Test
    void aLineEndMayBeSplitOverReads() {
        assertThat(encode("a\r")).isEqualTo("id: r:2\ndata: a\n\n");
        assertThat(encode("\nb\n")).isEqualTo("id: r:5\ndata: b\n\n");
    }

    @Test
    void aCharacterMayBeSplitOverReads() {
        var euro = "€\n".getBytes(UTF_8);
        assertThat(encode(new byte[] {euro[0]})).isEmpty();
        assertThat(events.hasPart()).isFalse();
        assertThat(encode(new byte[] {euro[1], euro[2], euro[3]})).isEqualTo("id: r:4\ndata: €\n\n");
    }

    @Test
    void whatIsNoTextIsReplaced() {
        assertThat(encode("a\377\303b\n".getBytes(ISO_8859_1))).isEqualTo("id: r:5\ndata: a\uFFFD\uFFFDb\n\n");
    }

    @Test
    void aPartIsShownOnceUntilMoreComes() {
        assertThat(encode("wor")).isEmpty();
        assertThat(events.hasPart()).isTrue();
        assertThat(UTF_8.decode(events.part()).toString()).isEqualTo("event: part\ndata: wor\n\n");
        assertThat(events.hasPart()).isFalse();
        encode("k");
        assertThat(UTF_8.decode(events.part()).toString()).isEqualTo("event: part\ndata: work\n\n");
        assertThat(encode("\n")).isEqualTo("id: r:5\ndata: work\n\n");
        assertThat(events.hasPart()).isFalse();
    }

    @Test
    void aLongLineComesInPiecesOfWholeCharacters() {
        var line = "€".repeat(50_000);
        var text = encode(line + "\n");
        var data = Pattern.compile("data: (.*)")
                .matcher(text)
                .results()
                .map(one -> one.group(1))
                .toList();
        assertThat(String.join("", data)).isEqualTo(line);
        assertThat(data).hasSize(3);
        assertThat(text).endsWith("id: r:150001\ndata: " + data.get(2) + "\n\n").contains("id: r:65535\n");
    }

    @Test
    void takesLittleMemoryBeforeItHasOutput() {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        UTF_8.decode(new ServerSentEvents("r", Start.ZERO).begin());
        var before = threads.getCurrentThreadAllocatedBytes();
        var begun = new ServerSentEvents("0ee34c3f9f5116576295a8d264a755ba", Start.ZERO).begin();
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(4_000);
        assertThat(begun.hasRemaining()).isTrue();
    }

    @Test
    void theEndShowsWhatIsLeft() {
        encode("left");
        assertThat(end())
                .isEqualTo("id: r:4\ndata: left\n\nid: r:4:end\nevent: exit\n"
                        + "data: {\"run\":\"r\",\"code\":0,\"ended\":\"exit\",\"millis\":5}\n\n");
    }

    @Test
    void anUnknownCodeIsNull() {
        var stopped = new Ending.Stopped(Ending.Reason.TIMEOUT, OptionalInt.empty());
        assertThat(UTF_8.decode(events.end(stopped, 5)).toString()).contains("\"code\":null,\"ended\":\"timeout\"");
    }
}
