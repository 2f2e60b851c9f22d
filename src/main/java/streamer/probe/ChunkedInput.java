package streamer.probe;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.regex.Pattern;

/**
 * A body in the chunked transfer coding (RFC 9112, 7.1), decoded; each read returns what has come, at most a chunk.
 *
 * <p>Threads: one.
 */
final class ChunkedInput extends BlockInput {
    private static final int LONGEST_LINE = 4 * 1024;
    private static final int MOST_TRAILER_BYTES = 64 * 1024;
    private static final Pattern SIZE = Pattern.compile("([0-9a-fA-F]{1,15})[ \\t]*(?:;.*)?", Pattern.DOTALL);

    private final InputStream in;
    private LimitedInput chunk;
    private boolean isFirst = true;
    private boolean isOver;

    ChunkedInput(InputStream in) {
        this.in = in;
        chunk = new LimitedInput(in, 0, "a chunk");
    }

    /**
     * Reads.
     *
     * @throws EOFException if the body is cut off
     * @throws ProbeException if it is malformed
     */
    @Override
    public int read(byte[] into, int from, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        var count = chunk.read(into, from, length);
        while (count < 0 && !isOver) {
            next();
            count = chunk.read(into, from, length);
        }
        return count;
    }

    private void next() throws IOException {
        if (!isFirst && !Head.line(in, LONGEST_LINE).isEmpty()) {
            throw new ProbeException("the answer is malformed: a chunk is longer than it says");
        }
        isFirst = false;
        var line = Head.line(in, LONGEST_LINE);
        var size = SIZE.matcher(line);
        if (!size.matches()) {
            throw new ProbeException(
                    "the answer is malformed: '" + Text.visible(line) + "' is not the size of a chunk");
        }
        var length = Long.parseLong(size.group(1), 16);
        chunk = new LimitedInput(in, length, "a chunk");
        if (length == 0) {
            Head.lines(in, MOST_TRAILER_BYTES); // trailers
            isOver = true;
        }
    }
}
