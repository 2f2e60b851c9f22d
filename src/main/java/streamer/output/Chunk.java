package streamer.output;

import java.nio.ByteBuffer;

/**
 * Bytes of an output as one read returned them.
 *
 * @param bytes what was read; whoever takes them moves the position
 * @param offset the place of the first of them in the output, in bytes
 */
public record Chunk(ByteBuffer bytes, long offset) {}
