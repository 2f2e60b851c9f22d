package streamer.run;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Direct buffers for reading, used again and again: they spare two copies of each byte, but cost much to make, and only the
 * collector frees them.
 *
 * <p>Threads: any.
 */
final class BufferPool {
    /** Enough for lines; more would cost memory in every run. */
    private static final int SMALL_BYTES = 8 * 1024;

    /** As much as a pipe holds, for commands that write so much. */
    private static final int LARGE_BYTES = 64 * 1024;

    private static final int MOST_KEPT = 64;

    private final Deque<ByteBuffer> small = new ArrayDeque<>();
    private final Deque<ByteBuffer> large = new ArrayDeque<>();

    /** A small buffer. */
    synchronized ByteBuffer take() {
        return take(small, SMALL_BYTES);
    }

    /** A buffer in place of one that has become full. */
    synchronized ByteBuffer larger(ByteBuffer full) {
        if (full.capacity() == LARGE_BYTES) {
            return full;
        }
        give(full);
        return take(large, LARGE_BYTES);
    }

    private static ByteBuffer take(Deque<ByteBuffer> kept, int bytes) {
        var buffer = kept.poll();
        return buffer == null ? ByteBuffer.allocateDirect(bytes) : buffer;
    }

    /** Takes back one that nobody uses any more. */
    synchronized void give(ByteBuffer buffer) {
        var kept = buffer.capacity() == SMALL_BYTES ? small : large;
        if (kept.size() < MOST_KEPT) {
            kept.push(buffer.clear());
        }
    }
}
