package streamer.probe;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/**
 * A body of a known length (RFC 9112, 6.2).
 *
 * <p>Threads: one.
 */
final class LimitedInput extends BlockInput {
    private final InputStream in;
    private final String what;
    private long left;

    /** The next bytes of a stream, which are those of {@code what}. */
    LimitedInput(InputStream in, long length, String what) {
        this.in = in;
        this.what = what;
        left = length;
    }

    /**
     * Reads.
     *
     * @throws EOFException if they are cut off
     */
    @Override
    public int read(byte[] into, int from, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (left == 0) {
            return -1;
        }
        var count = in.read(into, from, (int) Math.min(length, left));
        if (count < 0) {
            throw new EOFException("within " + what);
        }
        left -= count;
        return count;
    }
}
