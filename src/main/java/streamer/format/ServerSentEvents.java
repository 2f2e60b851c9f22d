package streamer.format;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import streamer.output.Ending;

/**
 * Server-sent events (HTML Living Standard, 9.2): a {@code message} for each line, a {@code part} for an unfinished
 * line that is flushed by time, an {@code exit} at the end, a {@code gap} before the first where bytes are not kept.
 * Ids are {@code <run>:<offset>}, the offset of the byte after the line; the exit's ends in {@code :end}, so that who
 * has it is told from who has only the last line.
 */
public final class ServerSentEvents implements Format {
    /** The media type of event streams. */
    static final String CONTENT_TYPE = "text/event-stream";

    /** A longer line is split into messages of at most this many bytes. */
    static final int MAX_LINE_BYTES = 64 * 1024;

    /** Buffers begin small, as thousands of event streams may wait in the queue, and grow with the output. */
    private static final int FIRST_BYTES = 256;

    private static final int ROOM_BYTES = 8 * 1024;
    private static final byte[] DATA = ascii("data: ");
    private static final byte[] PART = ascii("event: part\ndata: ");
    private static final byte[] GAP = ascii("event: gap\n");
    private static final byte[] HEARTBEAT = ascii(":\n\n");

    private final String run;
    private final Start start;
    private final byte[] id;
    private byte[] line = new byte[FIRST_BYTES];
    private int lineLength;
    private boolean partShown = true;
    private boolean afterCarriageReturn;
    private long offset;
    private ByteBuffer events = ByteBuffer.allocate(FIRST_BYTES);

    /**
     * The events of one run.
     *
     * @param run the run's id
     * @param start where they begin
     */
    public ServerSentEvents(String run, Start start) {
        this.run = run;
        this.start = start;
        afterCarriageReturn = start.afterCarriageReturn();
        offset = start.offset();
        id = ascii("id: " + run + ":");
    }

    @Override
    public String contentType() {
        return CONTENT_TYPE;
    }

    @Override
    public boolean tellsEnding() {
        return true;
    }

    @Override
    public boolean isIdentity() {
        return false;
    }

    @Override
    public ByteBuffer begin() {
        events.clear();
        if (start.wanted() < start.offset()) {
            put(GAP);
            put(ascii("data: {\"from\":" + start.wanted() + ",\"to\":" + start.offset() + "}\n"));
        }
        putId();
        put((byte) '\n');
        return events.flip();
    }

    @Override
    public ByteBuffer encode(ByteBuffer bytes) {
        events.clear();
        while (bytes.hasRemaining() && events.position() < ROOM_BYTES) {
            take(bytes.get());
        }
        return events.flip();
    }

    private void take(byte next) {
        offset++;
        if (next == '\n' && afterCarriageReturn) {
            afterCarriageReturn = false;
            return;
        }
        afterCarriageReturn = next == '\r';
        if (next == '\n' || next == '\r') {
            message(lineLength);
            return;
        }
        if (lineLength == MAX_LINE_BYTES) {
            offset--;
            message(wholeCharacters());
            offset++;
        } else if (lineLength == line.length) {
            line = Arrays.copyOf(line, 2 * lineLength);
        }
        line[lineLength++] = next;
        partShown = false;
    }

    /** Puts a message of the line's first bytes; the rest, an incomplete character at most, begins the next line. */
    private void message(int length) {
        var rest = lineLength - length;
        offset -= rest;
        putId();
        offset += rest;
        put(DATA);
        putText(length);
        put((byte) '\n');
        put((byte) '\n');
        System.arraycopy(line, length, line, 0, rest);
        lineLength = rest;
        partShown = true;
    }

    @Override
    public boolean hasPart() {
        return !partShown && wholeCharacters() > 0;
    }

    @Override
    public ByteBuffer part() {
        events.clear();
        put(PART);
        putText(wholeCharacters());
        put((byte) '\n');
        put((byte) '\n');
        partShown = true;
        return events.flip();
    }

    /** The line's length without an incomplete UTF-8 sequence at its end (RFC 3629, 3). */
    private int wholeCharacters() {
        for (var back = 1; back <= Math.min(3, lineLength); back++) {
            var lead = line[lineLength - back] & 0xFF;
            if (lead >= 0xC0) {
                var needed = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
                return back < needed ? lineLength - back : lineLength;
            }
            if (lead < 0x80) {
                break;
            }
        }
        return lineLength;
    }

    @Override
    public ByteBuffer heartbeat() {
        return ByteBuffer.wrap(HEARTBEAT);
    }

    @Override
    public ByteBuffer end(Ending ending, long millis) {
        events.clear();
        if (lineLength > 0) {
            message(lineLength);
        }
        put(id);
        put(ascii(offset + ":end\nevent: exit\ndata: " + Json.object(exit(ending, millis)) + "\n\n"));
        return events.flip();
    }

    private Map<String, @Nullable Object> exit(Ending ending, long millis) {
        var data = new LinkedHashMap<String, @Nullable Object>();
        data.put("run", run);
        data.put("code", ending.code().isPresent() ? (Integer) ending.code().getAsInt() : null);
        data.put("ended", ending.word());
        data.put("millis", millis);
        return data;
    }

    private void putId() {
        put(id);
        put(ascii(Long.toString(offset)));
        put((byte) '\n');
    }

    /** Puts the line's first bytes, with U+FFFD for what is not UTF-8. */
    private void putText(int length) {
        for (var i = 0; i < length; i++) {
            if (line[i] < 0) {
                put(new String(line, 0, length, UTF_8).getBytes(UTF_8));
                return;
            }
        }
        reserve(length);
        events.put(line, 0, length);
    }

    private void put(byte[] bytes) {
        reserve(bytes.length);
        events.put(bytes);
    }

    private void put(byte one) {
        reserve(1);
        events.put(one);
    }

    private void reserve(int bytes) {
        if (events.remaining() < bytes) {
            var room = Math.max(events.capacity() * 2, events.position() + bytes);
            events = ByteBuffer.allocate(room).put(events.flip());
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(US_ASCII);
    }
}
