package streamer.http.response;

import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpServerConnection;
import io.undertow.util.Methods;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.Options;
import org.xnio.channels.StreamSinkChannel;
import streamer.format.Format;
import streamer.http.request.RequestBody;
import streamer.time.Stopwatch;

/**
 * Non-blocking writes of one response: as much as the socket takes, and a callback when it is writable. Head, first bytes
 * and end go through Undertow's response channel, all else of a chunked body through a {@link ChunkWriter}.
 *
 * <p>Threads: all methods under the sink's lock; {@code blocked} may be read by any.
 */
final class ResponseChannel {
    private final HttpServerExchange exchange;
    private final StreamSinkChannel channel;
    private final Object reading;
    private final Stopwatch blocked;
    private final ByteBuffer[] both = {Format.NOTHING, Format.NOTHING};
    private boolean headIsWritten;
    private @Nullable ChunkWriter chunks;
    private long taken;

    /**
     * Takes the response channel; status and headers cannot change any more.
     *
     * @param blocked made to run while bytes wait and the socket takes none
     * @param writable called on the I/O thread when the socket may take more, or is closed
     * @throws IOException if the channel is closed
     */
    ResponseChannel(HttpServerExchange exchange, Stopwatch blocked, Runnable writable) throws IOException {
        this.exchange = exchange;
        this.blocked = blocked;
        reading = RequestBody.monitor(exchange);
        var taken = exchange.getResponseChannel();
        if (taken == null) {
            throw new ClosedChannelException();
        }
        channel = taken;
        channel.getWriteSetter().set(ready -> writable.run());
    }

    /**
     * Writes and flushes without blocking; {@link #taken} tells how much.
     *
     * @return whether the socket took all; else {@code writable} is called when it may take more, and the same buffers
     *     are to be given again
     */
    boolean write(ByteBuffer first, ByteBuffer second) throws IOException {
        taken = 0;
        var all = chunks != null ? writeChunk(chunks, first, second) : writeByUndertow(first, second);
        if (all) {
            blocked.reset();
            return true;
        }
        var now = System.nanoTime();
        if (taken > 0) {
            blocked.restart(now);
        } else {
            blocked.start(now);
        }
        channel.resumeWrites();
        return false;
    }

    /** How many bytes the socket took in the last {@link #write}. */
    long taken() {
        return taken;
    }

    private boolean writeChunk(ChunkWriter writer, ByteBuffer first, ByteBuffer second) throws IOException {
        taken = writer.write(first, second);
        return !writer.isUnfinished();
    }

    private boolean writeByUndertow(ByteBuffer first, ByteBuffer second) throws IOException {
        var all = headIsWritten ? writeAll(first, second) : writeHead(first, second);
        headIsWritten |= all || taken > 0;
        if (all && taken > 0) {
            chunks = chunkWriter();
        }
        return all;
    }

    /** Until the head is written the request must not be read at the same time: {@link RequestBody#monitor}. */
    private boolean writeHead(ByteBuffer first, ByteBuffer second) throws IOException {
        synchronized (reading) {
            return writeAll(first, second);
        }
    }

    private boolean writeAll(ByteBuffer first, ByteBuffer second) throws IOException {
        both[0] = first;
        both[1] = second;
        while (first.hasRemaining() || second.hasRemaining()) {
            var length = first.hasRemaining() ? channel.write(both) : channel.write(second);
            if (length == 0) {
                return false;
            }
            taken += length;
        }
        return channel.flush();
    }

    /** A writer for what follows, where the body is chunked (HTTP/1.1) and nothing is left in Undertow; else null. */
    private @Nullable ChunkWriter chunkWriter() {
        return StreamHead.isChunked(exchange)
                        && !exchange.getRequestMethod().equals(Methods.HEAD) // has no body, in spite of its headers
                        && exchange.getConnection() instanceof HttpServerConnection connection
                        && connection.getOriginalSinkConduit() instanceof WriteMonitor conduit
                        && conduit.tookAll()
                ? new ChunkWriter(exchange, conduit)
                : null;
    }

    /** Has {@code writable} called though nothing waits to be written: when the socket may take more, which may be never. */
    void awaitWritable() {
        blocked.start(System.nanoTime());
        channel.resumeWrites();
    }

    /** Suspends {@code writable} callbacks until the next incomplete write. */
    void suspendWrites() {
        channel.suspendWrites();
    }

    /** Whether channel and connection are open. */
    boolean isOpen() {
        return channel.isOpen() && exchange.getConnection().isOpen();
    }

    /** Ends the body, with its trailers; they are written when an empty {@link #write} returns true. */
    void shutdown() throws IOException {
        chunks = null;
        channel.shutdownWrites();
    }

    /** Drains the request's body, if it still comes, so that the client can read the response. */
    void drain() {
        if (!exchange.isRequestComplete()) {
            RequestBody.of(exchange).drain();
        }
    }

    /** Ends the body as truncated, by closing or RST_STREAM; bytes that the socket has taken still arrive. */
    void breakOff() throws IOException {
        if (!(exchange.getConnection() instanceof HttpServerConnection connection)) {
            channel.close(); // RST_STREAM
        } else if (exchange.isHttp10() || exchange.isRequestComplete()) {
            abort(connection);
        } else {
            connection.getOriginalSinkConduit().terminateWrites();
            RequestBody.of(exchange).drainAndClose();
        }
    }

    /** Closes at once; unwritten bytes are lost. */
    void close() {
        if (exchange.getConnection() instanceof HttpServerConnection connection) {
            abort(connection);
        } else {
            IoUtils.safeClose(channel);
        }
    }

    private void abort(HttpServerConnection connection) {
        try {
            if (exchange.isHttp10()) {
                connection.setOption(Options.CLOSE_ABORT, true); // RST, by SO_LINGER: on HTTP/1.0 a FIN is a clean end
            }
        } catch (IOException e) {
            // It is closed already.
        }
        IoUtils.safeClose(connection);
    }
}
