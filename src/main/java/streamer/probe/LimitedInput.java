package streamer.probe;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/**
 * A body of a known length (RFC 9112, 6.2).
 *
 * <p>Threads: one.
 */
final class LimitedInput extends InputStream {
    private final InputStream in;
    private long left;

    LimitedInput(InputStream in, long length) {
        this.in = in;
        left = length;
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    /**
     * Reads.
     *
     * @throws EOFException if the body is cut off
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
            throw new EOFException("within the body");
        }
        left -= count;
        return count;
    }
}
