package streamer.http.listener;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpServerConnection;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.xnio.ChannelListener;
import org.xnio.ChannelListeners;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;
import org.xnio.XnioExecutor;
import org.xnio.conduits.AbstractStreamSourceConduit;
import org.xnio.conduits.StreamSourceConduit;
import org.xnio.ssl.SslConnection;
import streamer.http.response.Answer;
import streamer.http.response.WriteMonitor;

/**
 * Idle timeout for TLS and HTTP/2 connections, and a limit of concurrent requests on one HTTP/2 connection; Undertow
 * has neither. Each such request holds a buffer while its client does not read.
 *
 * <p>Threads: any.
 */
public final class ConnectionGuard implements HttpHandler {
    /** SETTINGS_MAX_CONCURRENT_STREAMS (RFC 9113, 6.5.2), as sent to clients. */
    static final int MAX_STREAMS = 100;

    /** Twice that: a client knows that a stream has ended before it is counted here. */
    private static final int MAX_UNDER_WAY = 2 * MAX_STREAMS;

    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    /** The part of the connection preface (RFC 9113, 3.4) after which Undertow drops its own timeouts. */
    private static final int PREFACE_HEAD = PREFACE.length - "SM\r\n\r\n".length();

    private final Map<SocketAddress, Connection> connections = new ConcurrentHashMap<>();
    private final HttpHandler next;

    /** A guard before the whole chain of handlers. */
    public ConnectionGuard(HttpHandler next) {
        this.next = next;
    }

    /** Wraps an open listener, to detect the protocol of each connection. */
    ChannelListener<StreamConnection> watching(ChannelListener<StreamConnection> opener) {
        return opened -> {
            var source = opened.getSourceChannel();
            var connection = new Connection(opened, source.getConduit());
            source.setConduit(connection);
            var sink = opened.getSinkChannel();
            sink.setConduit(new WriteMonitor(sink.getConduit()));
            if (opened instanceof SslConnection) {
                connection.awaitBytes();
            }
            opener.handleEvent(opened);
        };
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        var connection = exchange.getConnection() instanceof HttpServerConnection
                ? null
                : connections.get(exchange.getConnection().getPeerAddress());
        if (connection == null || connection.admits(exchange)) {
            next.handleRequest(exchange);
        } else {
            Answer.empty(exchange, 503); // no body: it would wait for the client's flow-control window
        }
    }

    /**
     * One connection; only detects the protocol until it turns out to be HTTP/2.
     *
     * <p>Threads: the connection's I/O thread; requests end on any.
     */
    private final class Connection extends AbstractStreamSourceConduit<StreamSourceConduit> {
        private final StreamConnection connection;
        private final SocketAddress peer;
        private volatile XnioExecutor.Key idleTimer = () -> false;
        private int matched;
        private int underWay;
        private long idleSince;

        Connection(StreamConnection connection, StreamSourceConduit source) {
            super(source);
            this.connection = connection;
            peer = connection.getPeerAddress();
        }

        @Override
        public int read(ByteBuffer into) throws IOException {
            var start = into.position();
            var length = super.read(into);
            if (length > 0 && matched >= 0 && matched < PREFACE.length) {
                match(into.duplicate().flip().position(start));
            } else if (length < 0 && matched >= PREFACE_HEAD && matched < PREFACE.length) {
                IoUtils.safeClose(connection); // end of file within the preface: Undertow would leak the connection
            }
            return length;
        }

        /** Handshake timeout: Undertow has none, neither for TLS nor for the preface that follows. */
        void awaitBytes() {
            var waiting = new WeakReference<>(this); // the timer must not keep a closed connection in memory
            Runnable check = () -> {
                var still = waiting.get();
                if (still != null && still.matched >= 0 && still.matched < PREFACE_HEAD) {
                    IoUtils.safeClose(still.connection);
                }
            };
            connection.getIoThread().executeAfter(check, IDLE_NANOS, TimeUnit.NANOSECONDS);
        }

        private void match(ByteBuffer bytes) {
            while (bytes.hasRemaining() && matched < PREFACE.length) {
                if (bytes.get() != PREFACE[matched] && matched < PREFACE_HEAD) { // Undertow refuses the rest
                    matched = -1;
                    return;
                }
                if (++matched == PREFACE_HEAD) {
                    guard();
                }
            }
        }

        private void guard() {
            connections.put(peer, this);
            var listener = connection.getCloseListener();
            connection.setCloseListener(closed -> {
                forget();
                ChannelListeners.invokeChannelListener(closed, listener);
            });
            idleSince = System.nanoTime();
            checkIn(IDLE_NANOS);
        }

        private void forget() {
            connections.remove(peer, this);
            idleTimer.remove();
        }

        private void checkIn(long nanos) {
            idleTimer = connection.getIoThread().executeAfter(this::checkIdle, nanos, TimeUnit.NANOSECONDS);
        }

        private void checkIdle() {
            var left = untilIdle();
            if (left <= 0) {
                IoUtils.safeClose(connection);
            } else if (connection.isOpen()) {
                checkIn(left);
            }
        }

        private synchronized long untilIdle() {
            return underWay > 0 ? IDLE_NANOS : idleSince + IDLE_NANOS - System.nanoTime();
        }

        synchronized boolean admits(HttpServerExchange exchange) {
            underWay++;
            exchange.addExchangeCompleteListener((done, after) -> {
                ended();
                after.proceed();
            });
            return underWay <= MAX_UNDER_WAY;
        }

        private synchronized void ended() {
            underWay--;
            idleSince = System.nanoTime();
        }
    }
}
