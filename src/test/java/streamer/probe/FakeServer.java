package streamer.probe;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A server that answers each connection as it is told, whether that is HTTP or not. */
final class FakeServer implements AutoCloseable {
    private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
    private final Talk talk;

    /** Serves one connection. */
    interface Talk {
        /** Reads and writes; the connection is closed after that. */
        void with(Socket client) throws Exception;
    }

    /** Answers one request, whose head this is. */
    interface Reply {
        /** Writes the answer; the connection is closed after that. */
        void write(String head, OutputStream out) throws Exception;
    }

    FakeServer(Reply reply) throws IOException {
        talk = client -> answer(client, reply);
        start();
    }

    private FakeServer(Talk talk) throws IOException {
        this.talk = talk;
        start();
    }

    private void start() {
        var thread = new Thread(this::accept, "fake-server");
        thread.setDaemon(true);
        thread.start();
    }

    /** Answers without having read anything. */
    static FakeServer talking(Talk talk) throws IOException {
        return new FakeServer(talk);
    }

    /** Answers every request but those for the diagnostic stream by these bytes. */
    static FakeServer of(String answer) throws IOException {
        return new FakeServer((head, out) -> {
            if (head.startsWith("GET /-/")) {
                out.write("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".getBytes(ISO_8859_1));
            } else {
                out.write(answer.getBytes(ISO_8859_1));
            }
        });
    }

    private void accept() {
        while (!socket.isClosed()) {
            try (var client = socket.accept()) {
                talk.with(client);
            } catch (Exception e) {
                // The client has left, or the test is over.
            }
        }
    }

    private void answer(Socket client, Reply reply) throws Exception {
        var in = new BufferedReader(new InputStreamReader(client.getInputStream(), ISO_8859_1));
        var head = new StringBuilder();
        for (var line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
            head.append(line).append('\n');
        }
        requests.add(head.toString());
        reply.write(head.toString(), client.getOutputStream());
    }

    /** The heads of all requests so far. */
    List<String> requests() {
        synchronized (requests) {
            return List.copyOf(requests);
        }
    }

    /** Its URL, with a slash at the end. */
    String url() {
        return "http://127.0.0.1:" + socket.getLocalPort() + "/";
    }

    /** Its URL, were it one of TLS. */
    String tlsUrl() {
        return url().replace("http://127.0.0.1", "https://localhost");
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
