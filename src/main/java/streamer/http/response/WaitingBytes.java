package streamer.http.response;

import java.nio.ByteBuffer;

/**
 * FIFO buffer of bytes that wait to be sent.
 *
 * <p>Threads: guarded by its user.
 */
final class WaitingBytes {
    private ByteBuffer bytes = ByteBuffer.allocate(0);

    /** How many wait. */
    int length() {
        return bytes.position();
    }

    /** Adds bytes; when it grows, to {@code capacity} at least. */
    void add(ByteBuffer more, int capacity) {
        if (bytes.remaining() < more.remaining()) {
            var room = Math.max(capacity, length() + more.remaining());
            bytes = ByteBuffer.allocate(room).put(bytes.flip());
        }
        bytes.put(more);
    }

    /** The buffer, to be read from; {@link #taken} must follow. */
    ByteBuffer take() {
        return bytes.flip();
    }

    /** Keeps the bytes that were not read. */
    void taken() {
        if (bytes.hasRemaining()) {
            bytes.compact();
        } else {
            bytes.clear();
        }
    }
}
