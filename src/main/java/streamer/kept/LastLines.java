package streamer.kept;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Where the last lines of an output begin. */
public final class LastLines {
    private static final int BLOCK_BYTES = 64 * 1024;

    private LastLines() {}

    /**
     * The offset of the first of the last lines, among the bytes that are kept; an unfinished line counts as one.
     *
     * @throws IOException if they cannot be read
     */
    public static long offset(OutputLog log, long lines) throws IOException {
        var block = ByteBuffer.allocate(BLOCK_BYTES);
        var last = log.next() - 1; // if that is a line's end, it is that of a line which counts already
        var left = lines;
        var first = log.first(); // asked once: it may move on at any time
        for (var to = last + 1; to > first && left > 0; ) {
            var from = Math.max(first, to - BLOCK_BYTES);
            if (!read(log, from, block.clear().limit((int) (to - from)))) {
                return log.first();
            }
            for (var i = block.limit() - 1; i >= 0; i--) {
                if (block.get(i) == '\n' && from + i < last && --left == 0) {
                    return from + i + 1;
                }
            }
            to = from;
        }
        return left == 0 ? log.next() : log.first();
    }

    /** Reads all of a block, which may stand in two places; false if it is not kept any more. */
    private static boolean read(OutputLog log, long from, ByteBuffer block) throws IOException {
        var to = block.limit();
        while (block.position() < to) {
            block.limit(to);
            if (!log.read(from + block.position(), block)) {
                return false;
            }
        }
        return true;
    }
}
