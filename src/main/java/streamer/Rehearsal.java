package streamer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Training run for the JVM's class archive (CDS, or the AOT cache): a start, a few answers and an end, whose classes
 * {@code bin/streamer} has recorded for later starts. Turned on by system property {@code streamer.rehearsal}.
 *
 * <p>Threads: one of its own is the client.
 */
final class Rehearsal {
    private static final String COMMAND = "echo; [ -z \"$QUERY_STRING\" ] || kill -TERM $PPID";
    private static final long LONGEST_MILLIS = 10_000;
    private static final long PAUSE_MILLIS = 10;
    private static final List<String> REQUESTS = List.of(
            "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nConnection: close\r\n\r\n",
            "GET /?end HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

    private Rehearsal() {}

    static boolean isWanted() {
        return Boolean.getBoolean("streamer.rehearsal");
    }

    /** Starts a client that asks as soon as the program listens; returns arguments whose command ends the program. */
    static String[] begin() {
        try {
            var port = freePort();
            var client = new Thread(() -> ask(port), "client");
            client.setDaemon(true);
            client.start();
            return new String[] {"--port", Integer.toString(port), "--", "sh", "-c", COMMAND};
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void ask(int port) {
        var giveUpAt = System.currentTimeMillis() + LONGEST_MILLIS;
        var asked = 0;
        while (asked < REQUESTS.size() && System.currentTimeMillis() < giveUpAt) {
            try {
                ask(port, REQUESTS.get(asked));
                asked++;
            } catch (IOException e) { // connection refused: it does not listen yet
                pause();
            }
        }
        if (asked < REQUESTS.size()) {
            Runtime.getRuntime().halt(1);
        }
    }

    private static void ask(int port, String request) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            socket.getInputStream().readAllBytes();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
