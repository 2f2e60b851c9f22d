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
 * The body of one request: read by a thread that may wait for it, and given up by any other.
 *
 * <p>Threads: one reads; whoever ends the exchange detaches it first, and from then on nobody touches the channel but
 * {@link #drain}, on the I/O thread.
 */
public final class RequestBody {
    private static final AttachmentKey<RequestBody> KEY = AttachmentKey.create(RequestBody.class);
    private static final int DRAIN_BYTES = 1024 * 1024;
    private static final long DRAIN_MILLIS = 2_000;
    private static final int SCRATCH_BYTES = 16 * 1024;
    private static final long MIN_WAIT_NANOS = 1_000_000;

    private final HttpServerExchange exchange;
    private final StreamSourceChannel channel;
    private long received;
    private long waitedNanos;
    private long drained;
    private boolean readable;
    private boolean detached;

    /** More came than is accepted. */
    public static final class TooLargeException extends IOException {
        private static final long serialVersionUID = 1;
    }

    /** It comes too slowly. */
    public static final class TooSlowException extends IOException {
        private static final long serialVersionUID = 1;
    }

    /** Nobody wants the rest any more. */
    public static final class DetachedException extends IOException {
        private static final long serialVersionUID = 1;
    }

    private RequestBody(HttpServerExchange exchange) {
        this.exchange = exchange;
        exchange.setMaxEntitySize(-1); // counted here: Undertow would cut the connection
        channel = exchange.getRequestChannel();
        exchange.putAttachment(KEY, this);
    }

    /** The body of this request; there is one object for each. */
    public static RequestBody of(HttpServerExchange exchange) {
        var body = exchange.getAttachment(KEY);
        return body == null ? new RequestBody(exchange) : body;
    }

    /**
     * The monitor under which a request's bytes are read. Undertow looks at those that came with the request's head
     * when it has written that of the response, and fails if they are being used up just then.
     */
    public static Object monitor(HttpServerExchange exchange) {
        var body = exchange.getAttachment(KEY);
        return body == null ? new Object() : body; // without a body nobody else reads
    }

    /** Whether all of it has come. */
    public boolean isComplete() {
        return exchange.isRequestComplete();
    }

    /** Asks a client for it that waits to be asked (RFC 9110, 10.1.1); before the response begins. */
    public void invite() throws IOException {
        // On HTTP/2 Undertow's 100 is malformed; clients there do not wait for it for long.
        if (isHttp1() && HttpContinue.requiresContinueResponse(exchange)) {
            HttpContinue.sendContinueResponseBlocking(exchange);
        }
    }

    /**
     * Waits for bytes.
     *
     * @return how many were put into the buffer, at least one; -1 after the last
     * @throws TooLargeException if there are more than is accepted
     * @throws TooSlowException if they come more slowly than is accepted
     * @throws DetachedException if nobody wants them any more
     * @throws IOException if the client has gone
     */
    public synchronized int read(ByteBuffer into, RequestConfig limits) throws IOException {
        while (!detached) {
            var length = channel.read(into);
            if (length != 0) {
                received += Math.max(0, length);
                if (received > limits.maxBytes()) {
                    throw new TooLargeException();
                }
                if (length < 0 && isBrokenOff()) {
                    throw new EOFException("the request's body was broken off");
                }
                return length;
            }
            awaitReadable(limits.pace().allowedNanos(received));
        }
        throw new DetachedException();
    }

    /** A channel that was closed under its reader looks like one at its end. */
    private boolean isBrokenOff() {
        var expected = exchange.getRequestContentLength();
        return !exchange.getConnection().isOpen() || (expected >= 0 && received < expected);
    }

    private void awaitReadable(long allowedNanos) throws TooSlowException {
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
                throw new TooSlowException();
            }
            try {
                TimeUnit.NANOSECONDS.timedWait(this, Math.max(MIN_WAIT_NANOS, allowedNanos - waitedNanos));
            } catch (InterruptedException e) {
                // Nobody interrupts it; detaching is what ends the waiting.
            }
            waitedNanos = System.nanoTime() - from;
        }
    }

    private synchronized void wake() {
        readable = true;
        notifyAll();
    }

    /** Takes the channel away from its reader, which gets a {@link DetachedException}. */
    public synchronized void detach() {
        if (!detached) {
            detached = true;
            channel.suspendReads();
            notifyAll();
        }
    }

    /**
     * After the response: reads what the client still sends, without waiting, so that it gets to read the answer instead
     * of a reset. Beyond 1 MiB or 2 seconds the connection is closed all the same; but not one of HTTP/2, which others
     * share.
     */
    public void drain() {
        drain(false);
    }

    /** As {@link #drain}, and closes the connection when it is done. */
    public void drainAndClose() {
        drain(true);
    }

    private void drain(boolean close) {
        detach();
        exchange.getIoThread().execute(() -> {
            var timeout = exchange.getIoThread().executeAfter(this::timeOut, DRAIN_MILLIS, TimeUnit.MILLISECONDS);
            var scratch = ByteBuffer.allocate(SCRATCH_BYTES);
            Runnable look = () -> {
                if (isDrained(scratch)) {
                    timeout.remove();
                    channel.suspendReads();
                    if (close || !isComplete()) {
                        close();
                    }
                }
            };
            channel.getReadSetter().set(ready -> look.run());
            channel.resumeReads();
            look.run();
        });
    }

    private boolean isDrained(ByteBuffer scratch) {
        try {
            int length;
            do {
                length = channel.read(scratch.clear());
                drained += Math.max(0, length);
            } while (length > 0 && (drained <= DRAIN_BYTES || !isHttp1()));
            return length != 0;
        } catch (IOException e) { // the client has gone: there is no more
            return true;
        }
    }

    private void timeOut() {
        if (isHttp1()) {
            close();
        }
    }

    private void close() {
        IoUtils.safeClose(isHttp1() ? exchange.getConnection() : channel);
    }

    private boolean isHttp1() {
        return exchange.getConnection() instanceof HttpServerConnection;
    }
}
