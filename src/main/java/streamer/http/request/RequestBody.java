package streamer.http.request;

import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpContinue;
import io.undertow.server.protocol.http.HttpServerConnection;
import io.undertow.util.AttachmentKey;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.xnio.IoUtils;
import org.xnio.channels.StreamSourceChannel;

/**
 * The body of one request, read by blocking until another thread detaches it.
 *
 * <p>Threads: one reads; the one that ends the exchange detaches it first; from then on only {@link #drain} touches the
 * channel, on the I/O thread.
 */
public final class RequestBody {
    private static final AttachmentKey<RequestBody> KEY = AttachmentKey.create(RequestBody.class);
    private static final AttachmentKey<Http2> HTTP2 = AttachmentKey.create(Http2.class);
    private static final long MIN_WAIT_NANOS = 1_000_000;
    private static final int DROPPED_BYTES = 16 * 1024;
    private static final int DROPS = 64;

    private final HttpServerExchange exchange;
    private final StreamSourceChannel channel;
    private long received;
    private long waitedNanos;
    private boolean readable;
    private boolean detached;

    /** What HTTP/2 does for a body, in place of Undertow. */
    public interface Http2 {
        /**
         * Sends 100 Continue.
         *
         * @throws IOException if the client has gone
         */
        void sendContinue() throws IOException;

        /** Drops what is still to come. */
        void discard();
    }

    private RequestBody(HttpServerExchange exchange) {
        this.exchange = exchange;
        exchange.setMaxEntitySize(-1); // counted here: Undertow would close the connection
        channel = exchange.getRequestChannel();
        exchange.putAttachment(KEY, this);
    }

    /** The body of this request, the same object on each call. */
    public static RequestBody of(HttpServerExchange exchange) {
        var body = exchange.getAttachment(KEY);
        return body == null ? new RequestBody(exchange) : body;
    }

    /**
     * The monitor under which the request is read. After it has written the response's head, Undertow accesses bytes
     * that came with the request's head, and fails if they are being read at the same time.
     */
    public static Object monitor(HttpServerExchange exchange) {
        var body = exchange.getAttachment(KEY);
        return body == null ? new Object() : body; // no body, no other reader
    }

    /** Whether all of it has been received. */
    public boolean isComplete() {
        return exchange.isRequestComplete();
    }

    /** Whether all of it has been read, as far as its length was told before. */
    public synchronized boolean hasAll() {
        var expected = exchange.getRequestContentLength();
        return expected >= 0 && received >= expected;
    }

    /**
     * Sends 100 Continue if the client expects it (RFC 9110, 10.1.1); to be called before the response begins.
     *
     * @throws IOException if the client has gone
     */
    public void sendContinue() throws IOException {
        var http2 = exchange.getAttachment(HTTP2);
        if (http2 != null) {
            http2.sendContinue();
        } else if (isHttp1() && HttpContinue.requiresContinueResponse(exchange)) {
            HttpContinue.sendContinueResponseBlocking(exchange);
        }
    }

    /** Tells what is done for the body of this request, which has come by HTTP/2. */
    public static void take(HttpServerExchange exchange, Http2 http2) {
        exchange.putAttachment(HTTP2, http2);
    }

    /** What is still to come of a request's body will not be read, but drained; on HTTP/2 it takes no memory then. */
    public static void discard(HttpServerExchange exchange) {
        var http2 = exchange.getAttachment(HTTP2);
        if (http2 != null) {
            http2.discard();
        }
    }

    /**
     * Waits for bytes.
     *
     * @return how many were put into the buffer, at least one; -1 after the last
     * @throws RefusedException if the body is too large, comes too slowly or is malformed, or if it is detached
     * @throws IOException if the client has gone
     */
    public synchronized int read(ByteBuffer into, RequestConfig limits) throws IOException {
        while (!detached) {
            var length = channel.read(into);
            if (length != 0) {
                received += Math.max(0, length);
                if (received > limits.maxBytes()) {
                    throw RefusedException.tooLarge();
                }
                if (length < 0 && isBrokenOff()) {
                    throw new EOFException("the request's body was broken off");
                }
                return length;
            }
            awaitReadable(limits.pace().allowedNanos(received));
        }
        throw RefusedException.detached();
    }

    /** Whether the body is truncated: a channel that was closed during a read looks like one at its end. */
    private boolean isBrokenOff() {
        var expected = exchange.getRequestContentLength();
        return !exchange.getConnection().isOpen() || (expected >= 0 && received < expected);
    }

    private void awaitReadable(long allowedNanos) throws RefusedException {
        readable = false;
        channel.getReadSetter().set(ready -> {
            ready.suspendReads();
            wake();
        });
        channel.resumeReads();
        var from = System.nanoTime() - waitedNanos;
        while (!readable && !detached) {
            if (waitedNanos >= allowedNanos) {
                channel.suspendReads();
                throw RefusedException.tooSlow();
            }
            try {
                TimeUnit.NANOSECONDS.timedWait(this, Math.max(MIN_WAIT_NANOS, allowedNanos - waitedNanos));
            } catch (InterruptedException e) {
                // Nobody interrupts it; detach() ends the wait.
            }
            waitedNanos = System.nanoTime() - from;
        }
    }

    private synchronized void wake() {
        readable = true;
        notifyAll();
    }

    /**
     * Reads and drops it as it comes, without blocking; beyond {@code most} bytes it closes the connection.
     *
     * @param whenAll called when all has been read, or the client has gone
     */
    public void drop(long most, Runnable whenAll) {
        channel.getReadSetter().set(ready -> dropNow(most, whenAll));
        channel.resumeReads();
    }

    /** Reads for a while: there may be others, and it is called again while there is more. */
    private synchronized void dropNow(long most, Runnable whenAll) {
        if (detached) {
            return;
        }
        try {
            var scratch = ByteBuffer.allocate(DROPPED_BYTES);
            var length = 1;
            for (var i = 0; i < DROPS && length > 0; i++) {
                length = channel.read(scratch.clear());
                received += Math.max(0, length);
            }
            if (length < 0) {
                channel.suspendReads();
                whenAll.run();
            } else if (received > most) {
                IoUtils.safeClose(exchange.getConnection());
            }
        } catch (IOException e) { // the client has gone
            IoUtils.safeClose(exchange.getConnection());
            whenAll.run();
        }
    }

    /** Ends reading: a read under way, and each later one, throws {@link RefusedException}. */
    public synchronized void detach() {
        if (!detached) {
            detached = true;
            channel.suspendReads();
            notifyAll();
        }
    }

    /**
     * Lingering close (RFC 9112, 9.6): after the response, reads and drops what the client still sends, without
     * blocking, so that it can read the response instead of getting a reset. Beyond 1 MiB an HTTP/1 connection is half
     * closed, after 5 s without a byte or 30 s in all it is closed, and at once if too many linger.
     */
    public void drain() {
        drain(false);
    }

    /** As {@link #drain}, but also closes the connection when all has been received. */
    public void drainAndClose() {
        drain(true);
    }

    private void drain(boolean close) {
        detach();
        discard(exchange);
        new Drain(exchange, channel, close).begin();
    }

    private boolean isHttp1() {
        return exchange.getConnection() instanceof HttpServerConnection;
    }
}
