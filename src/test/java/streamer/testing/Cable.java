package streamer.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A TCP proxy in front of a server, as a cable that a test can make slow, cut, take out, and plug in elsewhere.
 *
 * <p>Threads: two for each connection; any else.
 */
public final class Cable implements AutoCloseable {
    private static final int BUFFER_BYTES = 16 * 1024;

    private final ServerSocket listening = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    private final Set<Link> links = ConcurrentHashMap.newKeySet();
    private final AtomicLong commandsLeft = new AtomicLong(Long.MAX_VALUE);
    private final AtomicLong cuts = new AtomicLong();
    private volatile InetSocketAddress server;
    private volatile boolean isOut;
    private volatile long latencyMillis;
    private volatile long bytesPerSecond = Long.MAX_VALUE;

    /** A cable to a server. */
    public Cable(InetSocketAddress server) throws IOException {
        this.server = server;
        start(this::accept);
    }

    private static void start(Runnable task) {
        var thread = new Thread(task, "cable");
        thread.setDaemon(true);
        thread.start();
    }

    /** The URL of the Redis server behind it. */
    public String url() {
        return "redis://127.0.0.1:" + listening.getLocalPort();
    }

    /** From now on all takes so much longer, each way. */
    public void latency(Duration time) {
        latencyMillis = time.toMillis();
    }

    /** From now on no more than this comes from the server in a second, for each connection. */
    public void rate(long bytes) {
        bytesPerSecond = bytes;
    }

    /** Cuts all connections; new ones can be made. */
    public void cut() {
        links.forEach(Link::cut);
    }

    /** Cuts a connection when so many more bytes of commands have come through: before the answer to the last of them. */
    public void cutAfter(long bytes) {
        commandsLeft.set(bytes);
    }

    /** How many answers have been lost by {@link #cutAfter}. */
    public long lostAnswers() {
        return cuts.get();
    }

    /** Takes it out: cuts all connections, and new ones are refused. */
    public void takeOut() {
        isOut = true;
        cut();
    }

    /** Plugs it in again. */
    public void plugIn() {
        isOut = false;
    }

    /** Plugs it in elsewhere; what was connected is cut. */
    public void plugInto(InetSocketAddress other) {
        server = other;
        isOut = false;
        cut();
    }

    private void accept() {
        try {
            while (true) {
                var client = listening.accept();
                if (isOut) {
                    client.close();
                } else {
                    connect(client);
                }
            }
        } catch (IOException e) {
            // It has been closed.
        }
    }

    private void connect(Socket client) throws IOException {
        try {
            var far = new Socket(server.getAddress(), server.getPort());
            far.setTcpNoDelay(true);
            client.setTcpNoDelay(true);
            var link = new Link(client, far);
            links.add(link);
            start(link::sendCommands);
            start(link::sendAnswers);
            if (isOut) {
                link.cut();
            }
        } catch (IOException e) {
            client.close();
        }
    }

    /** One connection. */
    private final class Link {
        private final Socket client;
        private final Socket far;
        private volatile boolean losesAnswer;

        private Link(Socket client, Socket far) {
            this.client = client;
            this.far = far;
        }

        private void cut() {
            links.remove(this);
            close(client);
            close(far);
        }

        private void close(Socket socket) {
            try {
                socket.close();
            } catch (IOException e) {
                // It is closed.
            }
        }

        private void sendCommands() {
            try {
                copy(client.getInputStream(), far.getOutputStream(), true);
            } catch (IOException e) {
                // It has been cut.
            } finally {
                cut();
            }
        }

        private void sendAnswers() {
            try {
                copy(far.getInputStream(), client.getOutputStream(), false);
            } catch (IOException e) {
                // It has been cut.
            } finally {
                cut();
            }
        }

        private void copy(InputStream in, OutputStream out, boolean isCommands) throws IOException {
            var buffer = new byte[BUFFER_BYTES];
            for (var length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                delay(isCommands ? 0 : length);
                if (!isCommands && losesAnswer) {
                    cuts.incrementAndGet();
                    return;
                }
                if (isCommands && isLast(length)) {
                    losesAnswer = true;
                }
                out.write(buffer, 0, length);
            }
        }

        private boolean isLast(int length) {
            var left = commandsLeft.addAndGet(-length);
            return left <= 0 && commandsLeft.compareAndSet(left, Long.MAX_VALUE);
        }

        private void delay(int length) throws IOException {
            try {
                var millis = latencyMillis;
                var rate = bytesPerSecond;
                if (rate != Long.MAX_VALUE) {
                    millis += 1000L * length / rate;
                }
                TimeUnit.MILLISECONDS.sleep(millis);
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
        cut();
    }
}
