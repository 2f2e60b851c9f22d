package streamer.http.response;

import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpServerConnection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.xnio.IoUtils;
import org.xnio.Options;
import org.xnio.channels.StreamSinkChannel;
import streamer.http.request.RequestBody;

/**
 * Undertow's response channel with a blocking side: what the socket does not take now is waited for, on the connection's
 * I/O thread's selector rather than on one of our own, which would cost descriptors.
 *
 * <p>Threads: all methods under the lock of the sink, which is let go while waiting; {@link #close} wakes who waits.
 */
final class ResponseChannel {
    private final HttpServerExchange exchange;
    private final StreamSinkChannel channel;
    private final Object reading;
    private final ReentrantLock lock;
    private final Condition changed;
    private final Runnable gone;
    private long blockedSince;
    private boolean headHasLeft;
    private boolean writing;
    private boolean ready;
    private boolean closed;

    /**
     * Takes the response channel; status and headers are fixed from here.
     *
     * @param gone what happens when the channel is closed from the other side; must not wait
     */
    ResponseChannel(HttpServerExchange exchange, ReentrantLock lock, Runnable gone) throws IOException {
        this.exchange = exchange;
        this.lock = lock;
        this.gone = gone;
        reading = RequestBody.monitor(exchange);
        changed = lock.newCondition();
        var taken = exchange.getResponseChannel();
        if (taken == null) {
            throw new ClosedChannelException();
        }
        channel = taken;
        channel.getWriteSetter().set(ready -> wake());
    }

    /** Writes and flushes all of it, waiting as long as it takes. */
    void write(ByteBuffer first, ByteBuffer second) throws IOException {
        writing = true;
        try {
            var both = new ByteBuffer[] {first, second};
            while (first.hasRemaining() || second.hasRemaining()) {
                waitUnless((first.hasRemaining() ? take(both) : take(second)) > 0);
            }
            flush();
        } finally {
            writing = false;
            blockedSince = 0;
        }
    }

    /** What the socket takes at once; until the head has left, while nobody reads the request. */
    private int take(ByteBuffer bytes) throws IOException {
        if (headHasLeft) {
            return channel.write(bytes);
        }
        synchronized (reading) {
            var taken = channel.write(bytes);
            headHasLeft = taken > 0;
            return taken;
        }
    }

    private long take(ByteBuffer[] bytes) throws IOException {
        if (headHasLeft) {
            return channel.write(bytes);
        }
        synchronized (reading) {
            var taken = channel.write(bytes);
            headHasLeft = taken > 0;
            return taken;
        }
    }

    private boolean takesAll() throws IOException {
        if (headHasLeft) {
            return channel.flush();
        }
        synchronized (reading) {
            headHasLeft = channel.flush();
            return headHasLeft;
        }
    }

    private void flush() throws IOException {
        while (!takesAll()) {
            waitUnless(false);
        }
    }

    private void waitUnless(boolean progress) throws IOException {
        if (progress) {
            blockedSince = 0;
            return;
        }
        if (blockedSince == 0) {
            blockedSince = System.nanoTime();
        }
        ready = false;
        channel.resumeWrites();
        while (!ready) {
            if (closed) {
                throw new ClosedChannelException();
            }
            changed.awaitUninterruptibly();
        }
    }

    private void wake() {
        channel.suspendWrites();
        lock.lock();
        try {
            ready = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (!isOpen()) {
            gone.run();
        }
    }

    /** Writes as much as the socket takes at once; the rest must come before all that follows. */
    int offer(ByteBuffer bytes) throws IOException {
        var taken = take(bytes);
        takesAll();
        return taken;
    }

    /** Whether the client can still be reached, as far as is known here. */
    boolean isOpen() {
        return channel.isOpen() && exchange.getConnection().isOpen();
    }

    /** Whether a write is under way, perhaps waiting. */
    boolean isWriting() {
        return writing;
    }

    /** For how long nothing has been taken of what is being written, in nanoseconds. */
    long blockedNanos(long now) {
        return blockedSince == 0 ? 0 : now - blockedSince;
    }

    /** Ends the body cleanly, with its trailers. */
    void finish() throws IOException {
        channel.shutdownWrites();
        flush();
        if (!exchange.isRequestComplete()) {
            RequestBody.of(exchange).drain();
        }
    }

    /** Ends the body so that nobody takes it for whole; what was written before has been taken by the socket. */
    void breakOff() throws IOException {
        if (!(exchange.getConnection() instanceof HttpServerConnection connection)) {
            channel.close(); // HTTP/2: RST_STREAM
        } else if (exchange.isHttp10() || exchange.isRequestComplete()) {
            abort(connection);
        } else {
            connection.getOriginalSinkConduit().terminateWrites();
            RequestBody.of(exchange).drainAndClose();
        }
    }

    /** Closes without waiting, whatever was to be written. */
    void close() {
        closed = true;
        changed.signalAll();
        if (exchange.getConnection() instanceof HttpServerConnection connection) {
            abort(connection);
        } else {
            IoUtils.safeClose(channel);
        }
    }

    private void abort(HttpServerConnection connection) {
        try {
            if (exchange.isHttp10()) {
                connection.setOption(Options.CLOSE_ABORT, true); // a reset; there an end of file is a clean end
            }
        } catch (IOException e) {
            // It is closed already.
        }
        IoUtils.safeClose(connection);
    }
}
