package streamer.http.request;

import io.undertow.conduits.ReadDataStreamSourceConduit;
import io.undertow.connector.PooledByteBuffer;
import io.undertow.server.Connectors;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpServerConnection;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.xnio.IoUtils;
import org.xnio.channels.StreamSinkChannel;
import org.xnio.conduits.AbstractStreamSourceConduit;
import org.xnio.conduits.ConduitReadableByteChannel;
import org.xnio.conduits.StreamSourceConduit;

/**
 * Parser of chunked transfer coding, strict by RFC 9112, 7.1, but for blanks after a size. Undertow's own accepts
 * anything as a size and a bare LF as the end of a line, so that a proxy may see another end of the body (request
 * smuggling); and it keeps trailers of any length.
 *
 * <p>Trailers are dropped; so is all that follows an error, for a client that has yet to read the answer.
 *
 * <p>Threads: its reader's, one at a time.
 */
public final class ChunkedBody extends AbstractStreamSourceConduit<StreamSourceConduit> {
    /** Hexadecimal digits of a size; they fit into a long. */
    private static final int MAX_DIGITS = 15;

    /** Limit of a chunk's size line, or of all trailers together. */
    private static final int MAX_LINE_BYTES = 8 * 1024;

    private final HttpServerExchange exchange;
    private final HttpServerConnection connection;
    private State state = State.SIZE;
    private long remaining;
    private int digits;
    private int lineBytes;

    private enum State {
        SIZE,
        PADDING,
        EXTENSION,
        SIZE_LF,
        DATA,
        DATA_CR,
        DATA_LF,
        TRAILERS,
        TRAILER,
        TRAILER_LF,
        LAST_LF,
        END,
        MALFORMED
    }

    private ChunkedBody(HttpServerExchange exchange, HttpServerConnection connection) {
        super(new ReadDataStreamSourceConduit(connection.getOriginalSourceConduit(), connection));
        this.exchange = exchange;
        this.connection = connection;
    }

    /** Replaces Undertow's reader; to be called before any of the body is read. */
    public static void install(HttpServerExchange exchange, HttpServerConnection connection) {
        connection.getChannel().getSourceChannel().setConduit(new ChunkedBody(exchange, connection));
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        if (state == State.END) {
            Connectors.terminateRequest(exchange);
            return -1;
        }
        try {
            return state == State.DATA ? readData(into) : readLines(into);
        } catch (RefusedException e) {
            throw e; // the connection is needed for the answer
        } catch (IOException | RuntimeException | Error e) {
            IoUtils.safeClose(connection);
            throw e;
        }
    }

    private int readData(ByteBuffer into) throws IOException {
        var limit = into.limit();
        into.limit((int) Math.min(limit, into.position() + remaining));
        try {
            return consumed(notEnd(next.read(into)));
        } finally {
            into.limit(limit);
        }
    }

    private int consumed(int length) {
        remaining -= length;
        if (remaining == 0) {
            state = State.DATA_CR;
        }
        return length;
    }

    private static int notEnd(int length) throws EOFException {
        if (length < 0) {
            throw new EOFException("the request's body was broken off");
        }
        return length;
    }

    private int readLines(ByteBuffer into) throws IOException {
        var start = into.position();
        var pooled = connection.getByteBufferPool().allocate();
        try {
            notEnd(next.read(pooled.getBuffer()));
            parse(pooled.getBuffer().flip(), into);
        } finally {
            giveBack(pooled);
        }
        var length = into.position() - start;
        return length == 0 && state == State.END ? read(into) : length;
    }

    private void giveBack(PooledByteBuffer pooled) {
        if (pooled.getBuffer().hasRemaining() && state != State.MALFORMED) {
            connection.ungetRequestBytes(pooled);
        } else {
            pooled.close();
        }
    }

    private void parse(ByteBuffer from, ByteBuffer into) throws RefusedException {
        while (from.hasRemaining() && state != State.END && state != State.MALFORMED) {
            if (state != State.DATA) {
                step(from.get());
            } else if (into.hasRemaining()) {
                copy(from, into);
            } else {
                return;
            }
        }
    }

    private void copy(ByteBuffer from, ByteBuffer into) {
        var length = (int) Math.min(remaining, Math.min(from.remaining(), into.remaining()));
        into.put(from.slice().limit(length));
        from.position(from.position() + length);
        consumed(length);
    }

    private void step(byte b) throws RefusedException {
        state = ++lineBytes > MAX_LINE_BYTES ? State.MALFORMED : after(b);
        if (state == State.MALFORMED) {
            exchange.setPersistent(false);
            throw RefusedException.malformed();
        }
    }

    private State after(byte b) {
        return switch (state) {
            case SIZE -> afterSize(b);
            case PADDING -> b == ' ' || b == '\t' ? State.PADDING : afterDigits(b);
            case EXTENSION -> text(b, State.EXTENSION, State.SIZE_LF);
            case SIZE_LF -> b != '\n' ? State.MALFORMED : beginChunk();
            case DATA_CR -> b == '\r' ? State.DATA_LF : State.MALFORMED;
            case DATA_LF -> b == '\n' ? State.SIZE : State.MALFORMED;
            case TRAILERS -> text(b, State.TRAILER, State.LAST_LF);
            case TRAILER -> text(b, State.TRAILER, State.TRAILER_LF);
            case TRAILER_LF -> b == '\n' ? State.TRAILERS : State.MALFORMED;
            case LAST_LF -> b == '\n' ? State.END : State.MALFORMED;
            case DATA, END, MALFORMED -> state;
        };
    }

    private State afterSize(byte b) {
        var digit = Character.digit(b, 16);
        if (digit >= 0) {
            remaining = remaining * 16 + digit;
            return ++digits <= MAX_DIGITS ? State.SIZE : State.MALFORMED;
        }
        if (digits == 0) {
            return State.MALFORMED;
        }
        return b == ' ' || b == '\t' ? State.PADDING : afterDigits(b);
    }

    private static State afterDigits(byte b) {
        return switch (b) {
            case ';' -> State.EXTENSION;
            case '\r' -> State.SIZE_LF;
            default -> State.MALFORMED;
        };
    }

    private static State text(byte b, State more, State atCr) {
        if (b == '\r') {
            return atCr;
        }
        return b == '\t' || ((b & 0xff) >= ' ' && b != 127) ? more : State.MALFORMED;
    }

    private State beginChunk() {
        digits = 0;
        lineBytes = 0;
        return remaining == 0 ? State.TRAILERS : State.DATA;
    }

    @Override
    public long read(ByteBuffer[] into, int offset, int length) throws IOException {
        for (var i = offset; i < offset + length; i++) {
            if (into[i].hasRemaining()) {
                return read(into[i]);
            }
        }
        return 0;
    }

    @Override
    public long transferTo(long position, long count, FileChannel target) throws IOException {
        return target.transferFrom(new ConduitReadableByteChannel(this), position, count);
    }

    @Override
    public long transferTo(long count, ByteBuffer through, StreamSinkChannel target) throws IOException {
        return IoUtils.transfer(new ConduitReadableByteChannel(this), count, through, target);
    }

    @Override
    public void terminateReads() throws IOException {
        if (state != State.END) {
            exchange.setPersistent(false);
        }
        super.terminateReads();
    }
}
