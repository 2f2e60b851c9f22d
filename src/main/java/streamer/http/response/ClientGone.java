package streamer.http.response;

import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpServerConnection;
import io.undertow.util.ImmediatePooledByteBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Notices that the client of an HTTP/1 connection leaves while nothing is written to it: somebody has to read to see a
 * FIN or a reset. A client that half-closes looks like one that leaves, and is taken for it.
 *
 * <p>What it reads instead is the next request, sent ahead; it is kept, up to 16 KiB, and handed back when the response
 * ends. On HTTP/2 the connection is read anyway, and the response channel tells.
 *
 * <p>Threads: reads on the connection's I/O thread; armed and disarmed from others. After {@link #disarm} has returned
 * it does nothing.
 */
final class ClientGone {
    private static final int KEPT_BYTES = 16 * 1024;

    private final HttpServerConnection connection;
    private final Runnable gone;
    private @Nullable ByteBuffer kept;
    private boolean armed;
    private boolean disarmed;

    private ClientGone(HttpServerConnection connection, Runnable gone) {
        this.connection = connection;
        this.gone = gone;
    }

    /**
     * A detector, not armed yet; null where the connection needs none.
     *
     * @param gone what happens, on the I/O thread; must not wait
     */
    static @Nullable ClientGone of(HttpServerExchange exchange, Runnable gone) {
        return exchange.getConnection() instanceof HttpServerConnection connection
                ? new ClientGone(connection, gone)
                : null;
    }

    /** Begins to watch; only after the request's body has come, which its own reader watches. */
    synchronized void arm() {
        if (!armed && !disarmed) {
            armed = true;
            connection.getIoThread().execute(this::listen);
        }
    }

    private synchronized void listen() {
        if (!disarmed) {
            connection.getChannel().getSourceChannel().setReadListener(ready -> look());
            connection.getOriginalSourceConduit().resumeReads();
        }
    }

    private void look() {
        if (isGone()) {
            gone.run();
        }
    }

    private synchronized boolean isGone() {
        if (disarmed) {
            return false;
        }
        if (kept == null) {
            kept = ByteBuffer.allocate(KEPT_BYTES + 1); // full means more
        }
        try {
            var source = connection.getOriginalSourceConduit();
            int length;
            do {
                length = source.read(kept);
            } while (length > 0 && kept.hasRemaining());
            if (length == 0) {
                return false;
            }
        } catch (IOException e) {
            // A reset: gone, as by a FIN.
        }
        connection.getOriginalSourceConduit().suspendReads();
        return true;
    }

    /** Stops watching and hands back what was kept; before the response's last byte, which lets the next request in. */
    synchronized void disarm() {
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
