package streamer.format;

import java.nio.ByteBuffer;
import streamer.output.Ending;

/**
 * Encoder of one output into one response body. A returned buffer is valid until the next call.
 *
 * <p>Threads: none of its own; its user guards it with a lock.
 */
public interface Format {
    /** An empty buffer. */
    ByteBuffer NOTHING = ByteBuffer.allocate(0).asReadOnlyBuffer();

    /** The body's media type, as {@code Content-Type} has it. */
    String contentType();

    /** Whether the body itself tells the ending: then the response ends cleanly even if the run failed. */
    boolean tellsEnding();

    /** Whether {@link #encode} always returns the very buffer that it is given. */
    boolean isIdentity();

    /** The body's first bytes, before all output; may be empty. */
    ByteBuffer begin();

    /**
     * Encodes bytes of the output, at least one; to be called again while any remain.
     *
     * @param bytes the output's next bytes, read from their position on; the result may be this very buffer
     * @return what they add to the body; may be empty
     */
    ByteBuffer encode(ByteBuffer bytes);

    /** Whether there is an unfinished line of which some bytes have not been encoded. */
    boolean hasPart();

    /** Encodes the unfinished line so far. */
    ByteBuffer part();

    /** A heartbeat, which keeps the client and all proxies from timing out; empty if the format has none. */
    ByteBuffer heartbeat();

    /** The body's last bytes, after all output; may be empty. {@code millis} is how long the run took. */
    ByteBuffer end(Ending ending, long millis);
}
