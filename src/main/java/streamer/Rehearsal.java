package streamer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Training run for the JVM's class archive (CDS, or the AOT cache): a start, a few answers and an end, whose classes
 * {@code bin/streamer} has recorded for later starts; it also unpacks JNA's library. Turned on by system property
 * {@code streamer.rehearsal}.
 *
 * <p>Threads: one of its own is the client.
 */
final class Rehearsal {
    private static final String COMMAND = "echo; [ -z \"$QUERY_STRING\" ] || kill -TERM $PPID";
    private static final long LONGEST_MILLIS = 10_000;
    private static final long PAUSE_MILLIS = 10;
    private static final Map<String, String> JNA_NAMES = Map.of("amd64", "x86-64", "aarch64", "aarch64");
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
            unpackJna();
            var port = freePort();
            var client = new Thread(() -> ask(port), "client");
            client.setDaemon(true);
            client.start();
            return new String[] {"--port", Integer.toString(port), "--", "sh", "-c", COMMAND};
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Unpacks JNA's library to the directory where it looks for it, so that it need not do that at each start.
     *
     * @throws IOException if it cannot be written
     */
    private static void unpackJna() throws IOException {
        var name = "libjnidispatch.so";
        var directory = System.getProperty("jna.boot.library.path");
        var system = "linux-" + JNA_NAMES.get(System.getProperty("os.arch"));
        try (var library = Rehearsal.class.getResourceAsStream("/com/sun/jna/" + system + "/" + name)) {
            if (directory != null && library != null) {
                Files.copy(library, Path.of(directory, name));
            }
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
            socket.setSoTimeout((int) LONGEST_MILLIS);
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
