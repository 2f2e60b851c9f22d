package streamer.format;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import streamer.output.Ending;

/** Whatever a command writes, in whatever pieces: the events hold its lines and nothing else. */
class ServerSentEventsPropertyTest {
    private static final Pattern EVENT =
            Pattern.compile("id: r:(\\d+)\ndata: ([^\r\n]*)\n\n|event: part\ndata: [^\r\n]*\n\n");

    /** Mostly bytes with a meaning: ends of lines, parts of characters, what looks like a field. */
    @Provide
    Arbitrary<byte[]> output() {
        var special = Arbitraries.of(
                (byte) '\n', (byte) '\r', (byte) 0, (byte) ':', (byte) 'd', (byte) 0xE2, (byte) 0x82, (byte) 0xAC);
        return Arbitraries.frequencyOf(Tuple.of(3, special), Tuple.of(1, Arbitraries.bytes()))
                .array(byte[].class)
                .ofMaxSize(200);
    }

    @Property
    void theEventsHoldTheLines(@ForAll("output") byte[] output, @ForAll List<Boolean> cuts) {
        var text = new StringBuilder();
        var events = new ServerSentEvents("r", Start.ZERO);
        for (var piece : pieces(output, cuts)) {
            while (piece.hasRemaining()) {
                text.append(UTF_8.decode(events.encode(piece)));
            }
            if (events.hasPart()) {
                text.append(UTF_8.decode(events.part()));
            }
        }
        text.append(UTF_8.decode(events.end(new Ending.Exited(0), 1)));
        var end = text.lastIndexOf("id: ");
        assertThat(text.substring(end)).startsWith("id: r:" + output.length + ":end\nevent: exit\n");
        assertThat(messages(text.substring(0, end))).isEqualTo(lines(output));
    }

    private static List<ByteBuffer> pieces(byte[] output, List<Boolean> cuts) {
        var pieces = new ArrayList<ByteBuffer>();
        var from = 0;
        for (var i = 1; i <= output.length; i++) {
            if (i == output.length || (i < cuts.size() && cuts.get(i))) {
                pieces.add(ByteBuffer.wrap(output, from, i - from));
                from = i;
            }
        }
        return pieces;
    }

    private static List<String> messages(String text) {
        var matcher = EVENT.matcher(text);
        var messages = new ArrayList<String>();
        var at = 0;
        var last = -1L;
        while (matcher.find()) {
            assertThat(matcher.start()).as("nothing between events").isEqualTo(at);
            at = matcher.end();
            if (matcher.group(1) != null) {
                assertThat(Long.parseLong(matcher.group(1))).as("ids grow").isGreaterThan(last);
                last = Long.parseLong(matcher.group(1));
                messages.add(matcher.group(2));
            }
        }
        assertThat(at).isEqualTo(text.length());
        return messages;
    }

    private static List<String> lines(byte[] output) {
        var lines = new ArrayList<String>();
        var from = 0;
        for (var i = 0; i < output.length; i++) {
            if (output[i] == '\n' || output[i] == '\r') {
                lines.add(new String(output, from, i - from, UTF_8));
                i += output[i] == '\r' && i + 1 < output.length && output[i + 1] == '\n' ? 1 : 0;
                from = i + 1;
            }
        }
        if (from < output.length) {
            lines.add(new String(output, from, output.length - from, UTF_8));
        }
        return lines;
    }
}
