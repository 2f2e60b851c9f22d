package streamer.output;

import java.nio.ByteBuffer;

/**
 * Bytes of an output as one read returned them.
 *
 * <p>Its reader owns the buffer until it asks for the next chunk: it moves position and limit, and may write into the
 * {@link #HEADROOM} bytes before it and the {@link #TAILROOM} bytes after its limit, so as to send the bytes in a frame
 * without copying them.
 *
 * @param bytes the bytes
 * @param offset the offset of the first byte in the output, in bytes
 */
public record Chunk(ByteBuffer bytes, long offset) {
    /** How many bytes are free before the position. */
    public static final int HEADROOM = 16;

    /** How many bytes are free after the limit. */
    public static final int TAILROOM = 16;
}
