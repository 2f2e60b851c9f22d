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

/**
 * Bounds what Undertow leaves unbounded: how long a connection lives on which nothing is asked, with TLS or on HTTP/2; and
 * how many requests of one connection of HTTP/2 are under way, each of which holds a buffer while its client does not read.
 */
public final class ConnectionGuard implements HttpHandler {
    /** What clients are told. */
    static final int MAX_STREAMS = 100;

    /** A client knows the end of a stream before it is counted here. */
    private static final int MAX_UNDER_WAY = 2 * MAX_STREAMS;

    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    /** As much of the preface as makes Undertow give up its own timeouts. */
    private static final int PREFACE_HEAD = PREFACE.length - "SM\r\n\r\n".length();

    private final Map<SocketAddress, Connection> connections = new ConcurrentHashMap<>();
    private final HttpHandler next;

    public ConnectionGuard(HttpHandler next) {
        this.next = next;
    }

    /** Opens connections with a look at what they speak. */
    ChannelListener<StreamConnection> watching(ChannelListener<StreamConnection> opener) {
        return opened -> {
            var source = opened.getSourceChannel();
            var connection = new Connection(opened, source.getConduit());
            source.setConduit(connection);
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
            Answer.empty(exchange, 503); // a body would wait for the client's window
        }
    }

    /**
     * One connection; does nothing but look until it turns out to speak HTTP/2.
     *
     * <p>Threads: all on the connection's I/O thread, but requests end on any.
     */
    private final class Connection extends AbstractStreamSourceConduit<StreamSourceConduit> {
        private final StreamConnection connection;
        private final SocketAddress peer;
        private volatile XnioExecutor.Key nextLook = () -> false;
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
                IoUtils.safeClose(connection); // Undertow would forget it
            }
            return length;
        }

        /** Undertow waits for ever for a handshake, and after it for HTTP/2 to begin. */
        void awaitBytes() {
            var waiting = new WeakReference<>(this); // a connection that has been closed need not be kept for it
            Runnable look = () -> {
                var still = waiting.get();
                if (still != null && still.matched >= 0 && still.matched < PREFACE_HEAD) {
                    IoUtils.safeClose(still.connection);
                }
            };
            connection.getIoThread().executeAfter(look, IDLE_NANOS, TimeUnit.NANOSECONDS);
        }

        private void match(ByteBuffer bytes) {
            while (bytes.hasRemaining() && matched < PREFACE.length) {
                if (bytes.get() != PREFACE[matched] && matched < PREFACE_HEAD) { // the rest is for Undertow to refuse
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
            lookIn(IDLE_NANOS);
        }

        private void forget() {
            connections.remove(peer, this);
            nextLook.remove();
        }

        private void lookIn(long nanos) {
            nextLook = connection.getIoThread().executeAfter(this::look, nanos, TimeUnit.NANOSECONDS);
        }

        private void look() {
            var left = untilIdle();
            if (left <= 0) {
                IoUtils.safeClose(connection);
            } else if (connection.isOpen()) {
                lookIn(left);
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
