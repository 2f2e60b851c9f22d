package streamer.process;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Text of bytes that are meant to be UTF-8 but need not be: a byte that is not becomes one char of its own, an unpaired
 * surrogate, U+DC80 to U+DCFF, and that byte again when it is passed to a command (as Python's PEP 383 does it).
 */
public final class RawText {
    private static final char FIRST = 0xDC80;
    private static final char LAST = 0xDCFF;
    private static final char BASE = 0xDC00;

    private RawText() {}

    /** The text of these bytes. */
    public static String decode(byte[] bytes) {
        var decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        var from = ByteBuffer.wrap(bytes);
        var to = CharBuffer.allocate(bytes.length);
        while (true) {
            var result = decoder.decode(from, to, true);
            if (!result.isError()) {
                return to.flip().toString();
            }
            for (var i = 0; i < result.length(); i++) {
                to.put((char) (BASE | (from.get() & 0xff)));
            }
        }
    }

    /** The bytes of a text. */
    static byte[] encode(String text) {
        if (text.chars().noneMatch(RawText::isRaw)) {
            return text.getBytes(StandardCharsets.UTF_8);
        }
        var bytes = new ByteArrayOutputStream(text.length());
        text.codePoints() // those of a pair are one
                .forEach(point -> {
                    if (isRaw(point)) {
                        bytes.write(point);
                    } else {
                        bytes.writeBytes(Character.toString(point).getBytes(StandardCharsets.UTF_8));
                    }
                });
        return bytes.toByteArray();
    }

    private static boolean isRaw(int point) {
        return point >= FIRST && point <= LAST;
    }
}
