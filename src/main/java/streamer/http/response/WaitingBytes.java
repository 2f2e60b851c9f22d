package streamer.http.response;

import java.nio.ByteBuffer;

/**
 * Bytes that wait to leave, oldest first, and since when they wait.
 *
 * <p>Threads: guarded by its user.
 */
final class WaitingBytes {
    private ByteBuffer bytes = ByteBuffer.allocate(0);
    private long since;

    /** How many wait. */
    int length() {
        return bytes.position();
    }

    /** For how long the oldest of them has been waiting, in nanoseconds. */
    long waitedNanos(long now) {
        return now - since;
    }

    /** Adds bytes; makes room for at least {@code capacity} in all where it must make some. */
    void add(ByteBuffer more, int capacity) {
        if (length() == 0) {
            since = System.nanoTime();
        }
        if (bytes.remaining() < more.remaining()) {
            var room = Math.max(capacity, length() + more.remaining());
            bytes = ByteBuffer.allocate(room).put(bytes.flip());
        }
        bytes.put(more);
    }

    /** All of them, to be taken from the front; {@link #taken} must follow. */
    ByteBuffer take() {
        return bytes.flip();
    }

    /** Keeps what has not been taken. */
    void taken() {
        bytes.compact();
    }
}
