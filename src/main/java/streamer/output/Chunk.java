package streamer.output;

import java.nio.ByteBuffer;

/**
 * Bytes of an output as one read returned them.
 *
 * @param bytes the bytes; its reader moves the buffer's position
 * @param offset the offset of the first byte in the output, in bytes
 */
public record Chunk(ByteBuffer bytes, long offset) {}
