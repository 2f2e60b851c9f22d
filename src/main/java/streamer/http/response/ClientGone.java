package streamer.http.response;

import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpServerConnection;
import io.undertow.util.ImmediatePooledByteBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import streamer.http.request.ClientStream;
import streamer.time.Stopwatch;

/** Disconnect detection while nothing is written to the client. */
public interface ClientGone {
    /**
     * Begins to watch, if it has not.
     *
     * @return the time until it is to be called again and the connection checked, in nanoseconds
     */
    long watch();

    /** Stops watching; to be called before the response's last byte, after which the next request is read. */
    void disarm();

    /**
     * A detector, not armed yet.
     *
     * @param isUrgent whether it matters that the client has left, beyond its response
     * @param gone called on the I/O thread when the client has left; must not wait
     */
    static ClientGone of(HttpServerExchange exchange, boolean isUrgent, Runnable gone) {
        return exchange.getConnection() instanceof HttpServerConnection connection
                ? new OnHttp1(exchange, connection, gone)
                : new OnHttp2(isUrgent ? OnHttp2.OFTEN : OnHttp2.SELDOM);
    }

    /** Whether the client's connection is closed, or it has reset its stream of HTTP/2. */
    static boolean hasLeft(HttpServerExchange exchange) {
        var stream = exchange.getAttachment(ClientStream.KEY);
        return !exchange.getConnection().isOpen() || (stream != null && stream.isClosed());
    }

    /** HTTP/2: Undertow reads the connection all the time, so polling whether it is open is enough. */
    final class OnHttp2 implements ClientGone {
        private static final long OFTEN = Duration.ofMillis(250).toNanos();
        private static final long SELDOM = Duration.ofSeconds(4).toNanos(); // there may be thousands

        private final long periodNanos;

        private OnHttp2(long periodNanos) {
            this.periodNanos = periodNanos;
        }

        @Override
        public long watch() {
            return periodNanos;
        }

        @Override
        public void disarm() {}
    }

    /**
     * HTTP/1: reads the connection, to see FIN or RST; a half-closed connection counts as left. Bytes of pipelined
     * requests are kept, and handed back when the response ends; beyond 16 KiB no more is read, and that the client has
     * left is noticed when it is written to.
     *
     * <p>Threads: reads on the connection's I/O thread; armed and disarmed from others. After {@link #disarm} has
     * returned it does nothing.
     */
    final class OnHttp1 implements ClientGone {
        private static final int KEPT_BYTES = 16 * 1024;
        private static final int FIRST_BYTES = 512;

        private final HttpServerExchange exchange;
        private final HttpServerConnection connection;
        private final Runnable gone;
        private @Nullable ByteBuffer kept;
        private boolean armed;
        private boolean disarmed;

        private OnHttp1(HttpServerExchange exchange, HttpServerConnection connection, Runnable gone) {
            this.exchange = exchange;
            this.connection = connection;
            this.gone = gone;
        }

        /** Arms it, unless the request's body still comes: then the body's reader sees FIN or RST. */
        @Override
        public synchronized long watch() {
            if (!armed && !disarmed && exchange.isRequestComplete()) {
                armed = true;
                connection.getIoThread().execute(this::listen);
            }
            return Stopwatch.NEVER;
        }

        private synchronized void listen() {
            var ahead = connection.getExtraBytes();
            if (!disarmed && (ahead == null || ahead.getBuffer().remaining() < KEPT_BYTES)) {
                connection.getChannel().getSourceChannel().setReadListener(ready -> read());
                connection.getOriginalSourceConduit().resumeReads();
            }
        }

        private void read() {
            if (isGone()) {
                gone.run();
            }
        }

        private synchronized boolean isGone() {
            if (disarmed) {
                return false;
            }
            var source = connection.getOriginalSourceConduit();
            var length = 0;
            try {
                do {
                    length = source.read(room());
                } while (length > 0 && room().hasRemaining());
            } catch (IOException e) {
                length = -1; // RST: has left, as by FIN
            }
            if (length != 0) {
                source.suspendReads();
            }
            return length < 0;
        }

        /** What is kept, with room for more up to its limit; it grows, as thousands may send a byte. */
        private ByteBuffer room() {
            if (kept == null) {
                kept = ByteBuffer.allocate(FIRST_BYTES);
            } else if (!kept.hasRemaining() && kept.capacity() < KEPT_BYTES) {
                kept = ByteBuffer.allocate(KEPT_BYTES).put(kept.flip());
            }
            return kept;
        }

        /** Also hands the kept bytes back to Undertow. */
        @Override
        public synchronized void disarm() {
            if (disarmed) {
                return;
            }
            disarmed = true;
            if (armed) {
                connection.getOriginalSourceConduit().suspendReads();
                connection.getChannel().getSourceChannel().setReadListener(null);
            }
            if (kept != null && kept.position() > 0) {
                handBack(kept.flip());
            }
        }

        private void handBack(ByteBuffer later) {
            var earlier = connection.getExtraBytes();
            if (earlier == null) {
                connection.setExtraBytes(new ImmediatePooledByteBuffer(later));
                return;
            }
            var both = ByteBuffer.allocate(earlier.getBuffer().remaining() + later.remaining());
            both.put(earlier.getBuffer()).put(later).flip();
            earlier.close();
            connection.setExtraBytes(new ImmediatePooledByteBuffer(both));
        }
    }
}
