package streamer.clients;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * TCP proxy that cuts the first connections off, by RST or FIN, after so many bytes of what the server sends.
 *
 * <p>Threads: two for each connection.
 */
final class Cutter implements AutoCloseable {
    private final InetSocketAddress server;
    private final int cuts;
    private final int bytes;
    private final boolean byReset;
    private final ServerSocket listening;
    private final AtomicInteger connections = new AtomicInteger();

    Cutter(InetSocketAddress server, int cuts, int bytes, boolean byReset) throws IOException {
        this.server = server;
        this.cuts = cuts;
        this.bytes = bytes;
        this.byReset = byReset;
        listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    private static void start(Runnable task) {
        var thread = new Thread(task, "cutter");
        thread.setDaemon(true);
        thread.start();
    }

    /** How many there have been. */
    int connections() {
        return connections.get();
    }

    /** Its URL, without a slash at the end. */
    String url() {
        return "http://127.0.0.1:" + listening.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                var client = listening.accept();
                var upstream = new Socket(server.getAddress(), server.getPort());
                var number = connections.incrementAndGet();
                start(() -> copy(client, upstream, Long.MAX_VALUE));
                start(() -> copy(upstream, client, number > cuts ? Long.MAX_VALUE : bytes));
            }
        } catch (IOException e) {
            // It has been closed.
        }
    }

    private void copy(Socket from, Socket to, long most) {
        try (from;
                to) {
            copy(from.getInputStream(), to.getOutputStream(), most);
            to.setSoLinger(byReset, 0);
        } catch (IOException e) {
            // The other direction has been cut off.
        }
    }

    private static void copy(InputStream in, OutputStream out, long most) throws IOException {
        var buffer = new byte[8 * 1024];
        for (var left = most; left > 0; ) {
            var length = in.read(buffer, 0, (int) Math.min(left, buffer.length));
            if (length < 0) {
                return;
            }
            out.write(buffer, 0, length);
            left -= length;
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }
}
