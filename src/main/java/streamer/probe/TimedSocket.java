package streamer.probe;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.util.concurrent.TimeUnit;

/**
 * A TCP socket with a deadline for all its reads together: TLS reads several times for each of its own, and its
 * handshake even more often, so that a timeout for each would never pass with a server that drips.
 *
 * <p>Threads: one.
 */
final class TimedSocket extends Socket {
    private long deadline;

    TimedSocket(long deadline) {
        this.deadline = deadline;
    }

    /** Nothing is waited for beyond this {@link System#nanoTime()}. */
    void deadline(long nanos) {
        deadline = nanos;
    }

    /** Connects, in such a part of the time that is left that so many attempts have the same. */
    void connectAsOneOf(int attempts, SocketAddress to) throws IOException {
        connect(to, Math.max(1, millisLeft() / attempts));
    }

    @Override
    public InputStream getInputStream() throws IOException {
        return new FilterInputStream(super.getInputStream()) {
            @Override
            public int read() throws IOException {
                setSoTimeout(millisLeft());
                return in.read();
            }

            @Override
            public int read(byte[] into, int from, int length) throws IOException {
                setSoTimeout(millisLeft());
                return in.read(into, from, length);
            }
        };
    }

    /** At least 1; 0 would be no limit. */
    private int millisLeft() throws SocketTimeoutException {
        var left = deadline - System.nanoTime();
        if (left <= 0) {
            throw new SocketTimeoutException("the deadline is over");
        }
        return (int) Math.min(Integer.MAX_VALUE, TimeUnit.NANOSECONDS.toMillis(left) + 1);
    }
}
