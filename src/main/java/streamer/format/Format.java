package streamer.format;

import java.nio.ByteBuffer;
import streamer.output.Ending;

/**
 * Turns the chunks of one output into the bytes of one body.
 *
 * <p>Threads: none of its own; its user guards it with a lock. A returned buffer is valid until the next call.
 */
public interface Format {
    /** A buffer of nothing. */
    ByteBuffer NOTHING = ByteBuffer.allocate(0).asReadOnlyBuffer();

    /** The body's media type. */
    String contentType();

    /** Whether the body has room to tell a bad ending: then it needs no other sign and ends cleanly. */
    boolean tellsEnding();

    /** What comes before all output. */
    ByteBuffer begin();

    /**
     * Takes bytes of the output, at least one, and gives what they add to the body; call again while any remain.
     *
     * @param bytes the output's next bytes; the format takes from their position on. The result may be this very buffer
     */
    ByteBuffer encode(ByteBuffer bytes);

    /** Whether the output stands within a line whose newest bytes nothing has shown yet. */
    boolean hasPart();

    /** Shows the unfinished line as far as it has come. */
    ByteBuffer part();

    /** Something that shows a client, and all hops before it, that the stream lives; empty where there is no such thing. */
    ByteBuffer heartbeat();

    /** What comes after all output. */
    ByteBuffer end(Ending ending, long millis);
}
