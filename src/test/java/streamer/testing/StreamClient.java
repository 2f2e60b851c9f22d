package streamer.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/1 client at chunk level: a test sees each chunk as it was sent, and how the response ended. Every wait is
 * bounded by {@link Wait#LONG}.
 */
public final class StreamClient implements AutoCloseable {
    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private String method = "GET";
    private String statusLine = "";
    private Map<String, List<String>> headers = Map.of();
    private Map<String, List<String>> trailers = Map.of();
    private @Nullable End end;

    /** How a response ended. */
    public enum End {
        /** Complete: by the last chunk, the whole length, or the close of HTTP/1.0. */
        CLEAN,
        /** Truncated by FIN. */
        BROKEN_OFF,
        /** Truncated by RST. */
        RESET
    }

    StreamClient(InetSocketAddress address) throws IOException {
        this(address, 0);
    }

    /** A connection whose receive buffer holds about this many bytes; 0 for the system's default. */
    public StreamClient(InetSocketAddress address, int receiveBytes) throws IOException {
        this(connect(null, address, receiveBytes));
    }

    /** The same from an address of one's own. */
    public StreamClient(InetSocketAddress from, InetSocketAddress address, int receiveBytes) throws IOException {
        this(connect(from, address, receiveBytes));
    }

    /** A connection with TLS. */
    StreamClient(InetSocketAddress address, SSLContext tls) throws IOException {
        this(tls.getSocketFactory().createSocket(connect(null, address, 0), "localhost", address.getPort(), true));
    }

    private static Socket connect(@Nullable InetSocketAddress from, InetSocketAddress address, int receiveBytes)
            throws IOException {
        var socket = new Socket();
        if (from != null) { // else a port that another connection has left is taken again before its minute is over
            socket.bind(from);
        }
        if (receiveBytes > 0) {
            socket.setReceiveBufferSize(receiveBytes);
        }
        socket.setSoTimeout(2 * (int) Wait.LONG.toMillis()); // a stream that waits has its head after 20 s
        socket.setTcpNoDelay(true);
        socket.connect(address);
        return socket;
    }

    private StreamClient(Socket socket) throws IOException {
        this.socket = socket;
        in = new BufferedInputStream(socket.getInputStream(), 64 * 1024);
        out = socket.getOutputStream();
    }

    /** Sends a request without a body. */
    public StreamClient request(String verb, String path, String... lines) throws IOException {
        var head = new StringBuilder(verb + " " + path + " HTTP/1.1\r\nHost: localhost\r\n");
        for (var line : lines) {
            head.append(line).append("\r\n");
        }
        return send(head + "\r\n").expect(verb);
    }

    /** Says what the next response answers, if it was not sent by {@link #request}. */
    public StreamClient expect(String verb) {
        method = verb;
        return this;
    }

    /** Sends a request of HTTP/1.0. */
    public StreamClient request10(String path) throws IOException {
        return send("GET " + path + " HTTP/1.0\r\n\r\n");
    }

    /** Sends these bytes. */
    public StreamClient send(byte[] bytes) throws IOException {
        out.write(bytes);
        return this;
    }

    /** Sends this text. */
    public StreamClient send(String text) throws IOException {
        return send(text.getBytes(UTF_8));
    }

    /** Sends one chunk of a request's body. */
    public StreamClient sendChunk(String text) throws IOException {
        return send(Integer.toHexString(text.getBytes(UTF_8).length) + "\r\n" + text + "\r\n");
    }

    /** Sends the last chunk of a request's body. */
    public StreamClient sendLastChunk() throws IOException {
        return send("0\r\n\r\n");
    }

    /** Waits for the response's head; its status. */
    public int status() throws IOException {
        if (statusLine.isEmpty()) {
            statusLine = line();
            headers = fields();
        }
        return Integer.parseInt(statusLine.split(" ", 3)[1]);
    }

    /** Waits for the response's head; its first line. */
    public String statusLine() throws IOException {
        status();
        return statusLine;
    }

    /** Forgets a response that has been read, for the next one on the same connection. */
    public StreamClient next() {
        statusLine = "";
        trailers = Map.of();
        end = null;
        return this;
    }

    /** A header of the response; empty if it has none of that name. */
    public String header(String name) throws IOException {
        return String.join(", ", headers(name));
    }

    /** The values of a header of the response. */
    public List<String> headers(String name) throws IOException {
        status();
        return headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of());
    }

    /** A trailer, after the end. */
    public String trailer(String name) {
        return String.join(", ", trailers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of()));
    }

    /**
     * Waits for the next chunk of the body, as it was sent; null after the last, when {@link #end} says how it ended.
     */
    public @Nullable String piece() throws IOException {
        var bytes = pieceBytes();
        return bytes == null ? null : new String(bytes, UTF_8);
    }

    private byte @Nullable [] pieceBytes() throws IOException {
        status();
        if (end != null) {
            return null;
        }
        try {
            return header("transfer-encoding").isEmpty() || hasNoBody() ? unchunked() : chunk();
        } catch (EOFException e) {
            end = End.BROKEN_OFF;
        } catch (SocketException e) {
            end = End.RESET;
        }
        return null;
    }

    private byte @Nullable [] chunk() throws IOException {
        var length = Integer.parseInt(line().split(";", 2)[0], 16);
        if (length == 0) {
            trailers = fields();
            end = End.CLEAN;
            return null;
        }
        var bytes = exactly(length);
        line();
        return bytes;
    }

    private byte @Nullable [] unchunked() throws IOException {
        var length = header("content-length");
        if (!length.isEmpty() || hasNoBody()) {
            end = End.CLEAN;
            return hasNoBody() || length.equals("0") ? null : exactly(Integer.parseInt(length));
        }
        var bytes = new byte[64 * 1024];
        var read = in.read(bytes);
        if (read < 0) {
            end = End.CLEAN;
            return null;
        }
        return Arrays.copyOf(bytes, read);
    }

    private boolean hasNoBody() throws IOException {
        return method.equals("HEAD") || status() == 204;
    }

    private byte[] exactly(int length) throws IOException {
        var bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException();
        }
        return bytes;
    }

    /** Reads the body to its end. */
    public byte[] bytes() throws IOException {
        var all = new ByteArrayOutputStream();
        copyTo(all);
        return all.toByteArray();
    }

    /** Reads the body to its end, and hands it on; the number of its bytes. */
    public long copyTo(OutputStream to) throws IOException {
        return copyTo(to, Long.MAX_VALUE);
    }

    /** Reads the body until so many bytes have come, or to its end, and hands them on; the number of its bytes. */
    public long copyTo(OutputStream to, long most) throws IOException {
        var count = 0L;
        for (var bytes = pieceBytes(); bytes != null; bytes = pieceBytes()) {
            var length = (int) Math.min(bytes.length, most - count);
            to.write(bytes, 0, length);
            count += length;
            if (count == most) {
                break;
            }
        }
        return count;
    }

    /** Reads the body to its end, as text. */
    public String text() throws IOException {
        return new String(bytes(), UTF_8);
    }

    /** How the response ended; reads what is left of it first. */
    public End end() throws IOException {
        copyTo(OutputStream.nullOutputStream());
        return end == null ? End.BROKEN_OFF : end;
    }

    /** Whether something has come that nobody has read yet. */
    public boolean hasMore() throws IOException {
        return in.available() > 0;
    }

    /** Whether the server has closed the connection: waits for that or for more bytes. */
    public boolean isClosed() throws IOException {
        try {
            return in.read() < 0;
        } catch (SocketException e) {
            return true;
        }
    }

    private String line() throws IOException {
        var line = new ByteArrayOutputStream();
        for (var c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the connection was closed after '" + line + "'");
            }
            line.write(c);
        }
        return line.toString(ISO_8859_1).stripTrailing();
    }

    private Map<String, List<String>> fields() throws IOException {
        var fields = new LinkedHashMap<String, List<String>>();
        for (var line = line(); !line.isEmpty(); line = line()) {
            var colon = line.indexOf(':');
            fields.computeIfAbsent(line.substring(0, colon).toLowerCase(Locale.ROOT), name -> new ArrayList<>())
                    .add(line.substring(colon + 1).strip());
        }
        return fields;
    }

    /** Half-closes the connection: FIN. */
    public void halfClose() throws IOException {
        socket.shutdownOutput();
    }

    /** Closes by RST, as a killed client with unread data does. */
    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
