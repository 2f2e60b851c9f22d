package streamer.http.response;

import io.undertow.server.Connectors;
import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.xnio.conduits.StreamSinkConduit;
import streamer.format.Format;
import streamer.output.Chunk;

/**
 * Chunked transfer coding (RFC 9112, 7.1) written straight to the connection, below Undertow's conduits, which would
 * copy, and write in pieces. Only for whole chunks between a first one that Undertow has sent and the last one, which it
 * sends with the trailers.
 *
 * <p>Bytes in a direct buffer with room around them, as a {@link Chunk} has it, are framed in place and written by one
 * system call.
 *
 * <p>Threads: guarded by its user.
 */
final class ChunkWriter {
    private static final byte[] DIGITS = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CRLF = {'\r', '\n'};

    private final HttpServerExchange exchange;
    private final StreamSinkConduit conduit;
    private final ByteBuffer before = ByteBuffer.allocateDirect(Chunk.HEADROOM);
    private final ByteBuffer after = ByteBuffer.allocateDirect(CRLF.length);
    private final ByteBuffer[] frame = {before, Format.NOTHING, Format.NOTHING, after};
    private boolean isUnfinished;

    /**
     * A writer.
     *
     * @param conduit the connection's, below all of Undertow's
     */
    ChunkWriter(HttpServerExchange exchange, StreamSinkConduit conduit) {
        this.exchange = exchange;
        this.conduit = conduit;
        before.limit(0);
        after.limit(0);
    }

    /**
     * Writes these bytes as one chunk, and flushes; without blocking.
     *
     * @return how many bytes were taken, with the frame's; {@link #isUnfinished} if that were not all: then the same
     *     buffers are to be given again, and nothing else
     */
    long write(ByteBuffer first, ByteBuffer second) throws IOException {
        var length = first.remaining() + second.remaining();
        if (!isUnfinished && length > 0) {
            Connectors.updateResponseBytesSent(exchange, length);
            if (!first.hasRemaining() && hasRoom(second)) {
                frameInPlace(second);
            } else {
                writeSize(before.clear().position(Chunk.HEADROOM), length);
                after.clear().put(CRLF).flip();
            }
        }
        var taken = first.hasRemaining() || before.hasRemaining() || after.hasRemaining()
                ? gather(first, second)
                : write(second);
        isUnfinished = second.hasRemaining() || after.hasRemaining() || !conduit.flush();
        return taken;
    }

    private static boolean hasRoom(ByteBuffer bytes) {
        return bytes.isDirect()
                && bytes.position() >= Chunk.HEADROOM
                && bytes.capacity() - bytes.limit() >= CRLF.length;
    }

    private static void frameInPlace(ByteBuffer bytes) {
        var end = bytes.limit();
        writeSize(bytes, bytes.remaining());
        bytes.limit(end + CRLF.length).put(end, CRLF);
    }

    /** Writes the chunk's size and CRLF before the position, and moves that to its first digit. */
    private static void writeSize(ByteBuffer bytes, int size) {
        var at = bytes.position() - CRLF.length;
        bytes.put(at, CRLF);
        for (var rest = size; rest != 0; rest >>>= 4) {
            bytes.put(--at, DIGITS[rest & 0xf]);
        }
        bytes.position(at);
    }

    private long write(ByteBuffer bytes) throws IOException {
        var taken = 0;
        while (bytes.hasRemaining()) {
            var length = conduit.write(bytes);
            if (length == 0) {
                break;
            }
            taken += length;
        }
        return taken;
    }

    private long gather(ByteBuffer first, ByteBuffer second) throws IOException {
        frame[1] = first;
        frame[2] = second;
        var taken = 0L;
        while (after.hasRemaining()) {
            var length = conduit.write(frame, 0, frame.length);
            if (length == 0) {
                break;
            }
            taken += length;
        }
        frame[1] = Format.NOTHING;
        frame[2] = Format.NOTHING;
        return taken;
    }

    /** Whether the last write is incomplete. */
    boolean isUnfinished() {
        return isUnfinished;
    }
}
