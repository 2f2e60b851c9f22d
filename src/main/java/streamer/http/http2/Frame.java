package streamer.http.http2;

import java.nio.ByteBuffer;

/**
 * The header of a frame (RFC 9113, 4.1).
 *
 * @param length of the payload, in bytes
 * @param stream 0 for the connection
 */
record Frame(int length, int type, int flags, int stream) {
    /** Bytes of the header. */
    static final int HEADER = 9;

    /** The largest payload that we take, in bytes: no more than a stream's window. */
    static final int MAX_LENGTH = Streams.WINDOW;

    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int RST_STREAM = 3;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;

    static final int END_STREAM = 1;
    static final int ACK = 1;
    static final int END_HEADERS = 4;
    static final int PADDED = 8;

    private static final int BITS_OF_BYTE = 8;

    /** Reads a header from these bytes, at any position. */
    static Frame at(ByteBuffer bytes, int position) {
        var lengthAndType = bytes.getInt(position);
        return new Frame(
                lengthAndType >>> BITS_OF_BYTE,
                lengthAndType & 0xff,
                bytes.get(position + Integer.BYTES),
                bytes.getInt(position + Integer.BYTES + 1) & Integer.MAX_VALUE);
    }

    /** Puts the header at a buffer's position. */
    ByteBuffer put(ByteBuffer into) {
        return into.putInt(length << BITS_OF_BYTE | type).put((byte) flags).putInt(stream);
    }

    boolean has(int flag) {
        return (flags & flag) != 0;
    }
}
