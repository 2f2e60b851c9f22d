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
 * copy, and write in pieces. Only for whole chunks between a first one that Undertow has sent to its last byte, as a
 * {@link WriteMonitor} tells, and the last one, which it sends with the trailers.
 *
 * <p>Bytes in a direct buffer with room around them, as a {@link Chunk} has it, are framed in place and written by one
 * system call; others, and what is left after a partial write, are gathered with their frame ({@code writev(2)}).
 *
 * <p>Threads: guarded by its user.
 */
final class ChunkWriter {
    private static final byte[] DIGITS = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CRLF = {'\r', '\n'};

    private final HttpServerExchange exchange;
    private final StreamSinkConduit conduit;
    private final ByteBuffer size = ByteBuffer.allocate(Chunk.HEADROOM).limit(0); // of a chunk that is gathered
    private final ByteBuffer end = ByteBuffer.wrap(CRLF).limit(0);
    private final ByteBuffer[] frame = {size, Format.NOTHING, Format.NOTHING, end};
    private boolean isInPlace;
    private boolean isUnfinished;
    private int payload; // how much is left of the chunk's bytes

    /**
     * A writer.
     *
     * @param conduit the connection's, below all of Undertow's
     */
    ChunkWriter(HttpServerExchange exchange, WriteMonitor conduit) {
        this.exchange = exchange;
        this.conduit = conduit.next();
    }

    /**
     * Writes these bytes as one chunk, without blocking, and flushes; without bytes it flushes alone.
     *
     * @return how many bytes were taken, with the frame's; {@link #isUnfinished} if that were not all: then what is left
     *     is to be given again, in these or other buffers, perhaps with more behind it, which is not taken then
     */
    long write(ByteBuffer first, ByteBuffer second) throws IOException {
        if (!isUnfinished && (first.hasRemaining() || second.hasRemaining())) {
            begin(first, second);
        }
        var taken = isInPlace ? writeFramed(second) : gather(first, second);
        isUnfinished = end.hasRemaining() || !conduit.flush();
        return taken;
    }

    private void begin(ByteBuffer first, ByteBuffer second) {
        payload = first.remaining() + second.remaining();
        isInPlace = !first.hasRemaining() && hasRoom(second);
        if (!isInPlace) {
            putSize(size.clear().position(Chunk.HEADROOM), payload);
        }
        end.clear();
    }

    private static boolean hasRoom(ByteBuffer bytes) {
        return bytes.isDirect()
                && bytes.position() >= Chunk.HEADROOM
                && bytes.capacity() - bytes.limit() >= CRLF.length;
    }

    /** Puts the chunk's size and CRLF before the position, and moves that to the first digit. */
    private static void putSize(ByteBuffer bytes, int length) {
        var at = bytes.position() - CRLF.length;
        bytes.put(at, CRLF);
        for (var rest = length; rest != 0; rest >>>= 4) {
            bytes.put(--at, DIGITS[rest & 0xf]);
        }
        bytes.position(at);
    }

    /** Writes the bytes with a frame around them; what is left of that after a partial write is gathered later. */
    private long writeFramed(ByteBuffer bytes) throws IOException {
        var start = bytes.position();
        var limit = bytes.limit();
        putSize(bytes, payload);
        var head = start - bytes.position();
        bytes.limit(limit + CRLF.length).put(limit, CRLF);
        var taken = 0;
        while (bytes.hasRemaining()) {
            var length = conduit.write(bytes);
            if (length == 0) {
                break;
            }
            taken += length;
        }
        if (taken < head) {
            size.clear().put(bytes.limit(start)).flip();
        }
        var sent = Math.min(payload, Math.max(0, taken - head));
        end.position(Math.max(0, taken - head - payload));
        bytes.limit(limit).position(start + sent);
        isInPlace = false;
        countSent(payload - sent);
        return taken;
    }

    /** Writes what is left of the frame, and of the bytes no more than belong into it. */
    private long gather(ByteBuffer first, ByteBuffer second) throws IOException {
        var limit = second.limit();
        second.limit(Math.min(limit, second.position() + payload - first.remaining()));
        frame[1] = first;
        frame[2] = second;
        var given = first.remaining() + second.remaining();
        var length = given < payload ? frame.length - 1 : frame.length; // the chunk's end not before all of its bytes
        var last = frame[length - 1];
        var taken = 0L;
        while (last.hasRemaining()) {
            var written = conduit.write(frame, 0, length);
            if (written == 0) {
                break;
            }
            taken += written;
        }
        countSent(payload - given + first.remaining() + second.remaining());
        second.limit(limit);
        frame[1] = Format.NOTHING;
        frame[2] = Format.NOTHING;
        return taken;
    }

    /** Adds what was taken of the chunk's bytes to Undertow's count, which the access line tells. */
    private void countSent(int left) {
        if (left < payload) {
            Connectors.updateResponseBytesSent(exchange, payload - left);
            payload = left;
        }
    }

    /** Whether the last write is incomplete. */
    boolean isUnfinished() {
        return isUnfinished;
    }
}
