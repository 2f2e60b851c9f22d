package streamer.http.request;

import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpServerConnection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.channels.StreamSourceChannel;

/**
 * Lingering close (RFC 9112, 9.6): reads and drops the rest of a request whose response is whole, so that the client can
 * read that instead of getting a reset. An HTTP/1 connection is half closed beyond 1 MiB, and closed after 5 s without a
 * byte, after 30 s in all, or at once beyond 1 MiB if too many others linger.
 *
 * <p>Threads: the connection's I/O thread.
 */
final class Drain {
    private static final int MAX_BYTES = 1024 * 1024;
    private static final long MAX_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long MAX_IDLE_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final int MAX_LINGERING = 100;
    private static final ByteBuffer SCRATCH = ByteBuffer.allocate(16 * 1024); // nobody reads it
    private static final AtomicInteger LINGERING = new AtomicInteger();

    private final HttpServerExchange exchange;
    private final StreamSourceChannel channel;
    private final @Nullable HttpServerConnection http1;
    private boolean isClosing; // when all has been read
    private long bytes;
    private long began;
    private long last;

    Drain(HttpServerExchange exchange, StreamSourceChannel channel, boolean isClosing) {
        this.exchange = exchange;
        this.channel = channel;
        this.isClosing = isClosing;
        http1 = exchange.getConnection() instanceof HttpServerConnection connection ? connection : null;
    }

    /** Begins; for any thread. */
    void begin() {
        exchange.getIoThread().execute(() -> {
            LINGERING.incrementAndGet();
            exchange.addExchangeCompleteListener((done, after) -> {
                LINGERING.decrementAndGet();
                after.proceed();
            });
            began = System.nanoTime();
            last = began;
            channel.getReadSetter().set(ready -> step());
            channel.resumeReads();
            step();
            checkIn(MAX_IDLE_NANOS);
        });
    }

    private void step() {
        if (isOver()) {
            channel.suspendReads();
            if (isClosing || !exchange.isRequestComplete()) {
                close();
            }
        }
    }

    private boolean isOver() {
        var scratch = SCRATCH.duplicate();
        try {
            int length;
            do {
                length = channel.read(scratch.clear());
                bytes += Math.max(0, length);
                if (bytes > MAX_BYTES && !isClosing && http1 != null && !halfClose(http1)) {
                    return true;
                }
            } while (length > 0);
            last = System.nanoTime();
            return length < 0;
        } catch (IOException e) { // the client has gone: there is no more
            return true;
        }
    }

    /** Tells the client that nothing comes after the response; false if too many are being told. */
    private boolean halfClose(HttpServerConnection connection) throws IOException {
        isClosing = true;
        if (LINGERING.get() > MAX_LINGERING) {
            return false;
        }
        connection.getOriginalSinkConduit().terminateWrites();
        return true;
    }

    private void checkIn(long nanos) {
        if (http1 != null && !exchange.isRequestComplete()) {
            exchange.getIoThread().executeAfter(this::check, nanos, TimeUnit.NANOSECONDS);
        }
    }

    private void check() {
        var left = Math.min(last + MAX_IDLE_NANOS, began + MAX_NANOS) - System.nanoTime();
        if (left > 0) {
            checkIn(left);
        } else if (!exchange.isRequestComplete()) {
            close();
        }
    }

    private void close() {
        IoUtils.safeClose(http1 != null ? http1 : channel);
    }
}
