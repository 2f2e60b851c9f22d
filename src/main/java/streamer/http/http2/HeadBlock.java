package streamer.http.http2;

import java.nio.ByteBuffer;

/**
 * One head: the payloads of HEADERS and of the CONTINUATION frames that belong to it (RFC 9113, 4.3 and 6.10), made one
 * frame of.
 *
 * <p>Threads: one.
 */
final class HeadBlock {
    /** The most that the payloads of a head may take together, in bytes, and the headers of its frames. */
    private static final int MAX_BYTES = Frame.MAX_LENGTH; // as Undertow gets it as one

    private static final int PRIORITY = 0x20;

    private final Frame first;
    private ByteBuffer bytes = ByteBuffer.allocate(Frame.HEADER);
    private int taken;
    private int overhead; // of frames without end
    private boolean isLast;
    private boolean isUnpadded;

    /** A head that begins with this HEADERS frame. */
    HeadBlock(Frame first) {
        this.first = first;
        bytes.position(Frame.HEADER);
        expect(first);
    }

    /** Makes room for a frame's payload; false if the head would be too large. */
    boolean expect(Frame frame) {
        isLast = frame.has(Frame.END_HEADERS);
        taken += frame.length();
        overhead += Frame.HEADER;
        if (Math.max(taken, overhead) > MAX_BYTES) {
            return false;
        }
        bytes = ByteBuffer.allocate(bytes.position() + frame.length()).put(bytes.flip());
        return true;
    }

    /** Where the payload goes, till nothing remains. */
    ByteBuffer room() {
        return bytes;
    }

    /** Whether its last frame has been begun. */
    boolean isLast() {
        return isLast;
    }

    boolean isOf(int stream) {
        return first.stream() == stream;
    }

    boolean endsStream() {
        return first.has(Frame.END_STREAM);
    }

    /** Takes the padding of the first frame off, as soon as its payload is there; false if that is malformed. */
    boolean unpad() {
        if (isUnpadded || !first.has(Frame.PADDED)) {
            return true;
        }
        isUnpadded = true;
        var padding = first.length() == 0 ? 0 : bytes.get(Frame.HEADER) & 0xff;
        if (padding >= first.length()) {
            return false;
        }
        var end = bytes.position() - padding;
        bytes.limit(end).position(Frame.HEADER + 1);
        bytes = ByteBuffer.allocate(end - 1).position(Frame.HEADER).put(bytes);
        return true;
    }

    /** The whole head as one frame. */
    ByteBuffer frame() {
        var flags = (first.flags() & (Frame.END_STREAM | PRIORITY)) | Frame.END_HEADERS;
        var length = bytes.position() - Frame.HEADER;
        return new Frame(length, Frame.HEADERS, flags, first.stream())
                .put(bytes.flip())
                .rewind();
    }
}
