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
 * A chunked body, read to the letter of RFC 9112, 7.1, but for blanks after a size. Undertow's own reader takes anything
 * for a size and a bare LF for the end of a line, so that a proxy may see another end of the body; and it keeps trailers
 * of any length.
 *
 * <p>Trailers are dropped. After a mistake all that comes is dropped, for a client that has yet to read the answer.
 */
public final class ChunkedBody extends AbstractStreamSourceConduit<StreamSourceConduit> {
    /** Fits into a long. */
    private static final int MAX_DIGITS = 15;

    /** Of a chunk's first line, or of all trailers. */
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

    /** The client's chunks are none. */
    public static final class MalformedException extends IOException {
        private static final long serialVersionUID = 1;

        MalformedException() {
            super("the request's body is not well chunked");
        }
    }

    private ChunkedBody(HttpServerExchange exchange, HttpServerConnection connection) {
        super(new ReadDataStreamSourceConduit(connection.getOriginalSourceConduit(), connection));
        this.exchange = exchange;
        this.connection = connection;
    }

    /** Puts itself in the place of Undertow's reader; before anything of the body has been read. */
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
        } catch (MalformedException e) {
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
            return took(checked(next.read(into)));
        } finally {
            into.limit(limit);
        }
    }

    private int took(int length) {
        remaining -= length;
        if (remaining == 0) {
            state = State.DATA_CR;
        }
        return length;
    }

    private static int checked(int length) throws EOFException {
        if (length < 0) {
            throw new EOFException("the request's body was broken off");
        }
        return length;
    }

    private int readLines(ByteBuffer into) throws IOException {
        var start = into.position();
        var pooled = connection.getByteBufferPool().allocate();
        try {
            checked(next.read(pooled.getBuffer()));
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

    private void parse(ByteBuffer from, ByteBuffer into) throws MalformedException {
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
        took(length);
    }

    private void step(byte b) throws MalformedException {
        state = ++lineBytes > MAX_LINE_BYTES ? State.MALFORMED : after(b);
        if (state == State.MALFORMED) {
            exchange.setPersistent(false);
            throw new MalformedException();
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
