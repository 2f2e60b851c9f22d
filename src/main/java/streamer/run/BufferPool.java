package streamer.run;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import streamer.output.Chunk;

/**
 * Pool of direct buffers: they save two copies of each byte read, but are slow to allocate, and only the garbage
 * collector frees them.
 *
 * <p>Threads: any.
 */
final class BufferPool {
    /** Enough for a few lines of output; more would cost memory in every run. */
    private static final int SMALL_BYTES = room(8 * 1024);

    /** The capacity of a pipe ({@code pipe(7)}), for commands that fill it. */
    private static final int LARGE_BYTES = room(64 * 1024);

    private static final int MOST_KEPT = 64;

    private final long mostLarge;
    private final Deque<ByteBuffer> small = new ArrayDeque<>();
    private final Deque<ByteBuffer> large = new ArrayDeque<>();
    private long largeInUse;

    /**
     * An empty pool.
     *
     * @param maxBytes how much all large buffers may hold together: the rest is for small ones, and for those that
     *     reading and writing takes elsewhere
     */
    BufferPool(long maxBytes) {
        mostLarge = maxBytes / LARGE_BYTES;
    }

    /** The size of a buffer for reads of so many bytes. */
    private static int room(int bytes) {
        return Chunk.HEADROOM + bytes + Chunk.TAILROOM;
    }

    /**
     * A small buffer.
     *
     * @throws OutOfMemoryError if there is no memory for it
     */
    ByteBuffer take() {
        return take(small, SMALL_BYTES);
    }

    /**
     * Exchanges a buffer that was filled for a large one; it stays as it is if it is large, all of these are taken, or
     * no memory is left.
     */
    ByteBuffer larger(ByteBuffer full) {
        if (full.capacity() == LARGE_BYTES || !takeLarge()) {
            return full;
        }
        ByteBuffer larger;
        try {
            larger = take(large, LARGE_BYTES);
        } catch (OutOfMemoryError e) {
            giveLarge();
            return full;
        }
        give(full);
        return larger;
    }

    private synchronized boolean takeLarge() {
        if (largeInUse == mostLarge) {
            return false;
        }
        largeInUse++;
        return true;
    }

    private synchronized void giveLarge() {
        largeInUse--;
    }

    private ByteBuffer take(Deque<ByteBuffer> pooled, int bytes) {
        @Nullable ByteBuffer buffer;
        synchronized (this) {
            buffer = pooled.poll();
        }
        return buffer == null ? ByteBuffer.allocateDirect(bytes) : buffer; // which may collect garbage for a while
    }

    /** Returns a buffer to the pool. */
    synchronized void give(ByteBuffer buffer) {
        var isSmall = buffer.capacity() == SMALL_BYTES;
        if (!isSmall) {
            giveLarge();
        }
        var pooled = isSmall ? small : large;
        if (pooled.size() < MOST_KEPT) {
            pooled.push(buffer.clear());
        }
    }
}
