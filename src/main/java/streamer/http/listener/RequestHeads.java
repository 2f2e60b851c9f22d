package streamer.http.listener;

import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpServerConnection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;
import org.xnio.XnioExecutor;
import org.xnio.conduits.AbstractStreamSourceConduit;
import org.xnio.conduits.StreamSourceConduit;

/**
 * The heads of requests on an HTTP/1 connection: skips blank lines before them (RFC 9112, 2.2), and ends a request that
 * Undertow keeps for itself. It refuses some, those without a sound {@code Host} for one, when it has all of their body,
 * for which it waits without limit.
 *
 * <p>Threads: the connection's I/O thread; requests end on any.
 */
final class RequestHeads extends AbstractStreamSourceConduit<StreamSourceConduit> {
    private static final long PATIENCE_SECONDS = 5;
    private static final long CLOSE_MILLIS = 1_000;
    private static final byte[] REFUSAL = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            .getBytes(StandardCharsets.US_ASCII);

    private final StreamConnection connection;
    private final Runnable first;
    private boolean isFirst = true;
    private boolean isBegun;
    private boolean isAfterNewline;
    private boolean isWhole;
    private boolean isHandled;
    private XnioExecutor.@Nullable Key timer;

    /**
     * A watch.
     *
     * @param first called when the first request begins
     */
    RequestHeads(StreamConnection connection, StreamSourceConduit next, Runnable first) {
        super(next);
        this.connection = connection;
        this.first = first;
    }

    @Override
    public synchronized int read(ByteBuffer into) throws IOException {
        var from = into.position();
        var length = next.read(into);
        if (isHandled) {
            return length;
        }
        if (isWhole) { // Undertow wants its body
            startTimer();
        } else if (length > 0) {
            var bytes = into.duplicate().flip().position(from);
            notice(bytes);
            into.position(from).put(bytes); // to the left, if blank lines have been skipped
            return into.position() - from;
        }
        return length;
    }

    /** Bytes of a head have come; skips blank lines before it. */
    synchronized void notice(ByteBuffer bytes) {
        while (!isBegun && bytes.hasRemaining()) {
            bytes.mark();
            var b = bytes.get();
            if (b != '\r' && b != '\n') {
                bytes.reset();
                isBegun = true;
            }
        }
        if (isFirst && isBegun) {
            isFirst = false;
            first.run();
        }
        for (var at = bytes.position(); at < bytes.limit() && !isWhole; at++) {
            var b = bytes.get(at);
            isWhole = b == '\n' && isAfterNewline;
            isAfterNewline = b == '\n' || (b == '\r' && isAfterNewline);
        }
    }

    /** The request goes to a handler of ours. */
    synchronized void begin(HttpServerExchange exchange, HttpServerConnection of) {
        isHandled = true;
        stopTimer();
        exchange.addExchangeCompleteListener((done, after) -> {
            end(of);
            after.proceed();
        });
    }

    private synchronized void end(HttpServerConnection of) {
        isHandled = false;
        isBegun = false;
        isAfterNewline = false;
        isWhole = false;
        var ahead = of.getExtraBytes();
        if (ahead != null) {
            notice(ahead.getBuffer());
            if (!ahead.getBuffer().hasRemaining()) {
                ahead.close();
                of.setExtraBytes(null);
            }
        }
    }

    private void startTimer() {
        if (timer == null) {
            timer = connection.getIoThread().executeAfter(this::refuse, PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
    }

    private void stopTimer() {
        if (timer != null) {
            timer.remove();
            timer = null;
        }
    }

    private synchronized void refuse() {
        timer = null;
        if (isHandled || !isWhole) {
            return;
        }
        try {
            connection.getSinkChannel().write(ByteBuffer.wrap(REFUSAL));
            connection.getSinkChannel().shutdownWrites();
            connection.getSinkChannel().flush();
        } catch (IOException e) {
            // It is closed below.
        }
        Runnable close = () -> IoUtils.safeClose(connection);
        connection.getIoThread().executeAfter(close, CLOSE_MILLIS, TimeUnit.MILLISECONDS);
    }
}
