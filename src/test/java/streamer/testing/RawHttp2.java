package streamer.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.undertow.protocols.http2.HpackDecoder;
import io.undertow.protocols.http2.HpackException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/2 client at frame level (RFC 9113, 4), for valid and invalid frames. Every wait is bounded by {@link Wait#LONG}.
 */
public final class RawHttp2 implements AutoCloseable {
    /** The types of frames (RFC 9113, 6), by their numbers. */
    public enum FrameType {
        DATA,
        HEADERS,
        PRIORITY,
        RST_STREAM,
        SETTINGS,
        PUSH_PROMISE,
        PING,
        GOAWAY,
        WINDOW_UPDATE,
        CONTINUATION,
        UNKNOWN;

        static FrameType of(int number) {
            return number < values().length ? values()[number] : UNKNOWN;
        }
    }

    /** The flag of DATA and HEADERS. */
    public static final int END_STREAM = 1;

    /** The flag of HEADERS and CONTINUATION. */
    public static final int END_HEADERS = 4;

    /** The connection preface (RFC 9113, 3.4). */
    public static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

    private static final int ACK = 1;

    private final Socket socket = new Socket();
    private final DataInputStream in;
    private final OutputStream out;
    private final HpackDecoder decoder = new HpackDecoder();

    /** One frame as it came; {@code headers} are those of HEADERS. */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares frames
    public record Frame(FrameType type, int flags, int stream, byte[] payload, Map<String, String> headers) {
        /** The status of a response's head; empty if it is none. */
        public String status() {
            return headers.getOrDefault(":status", "");
        }

        /** The error code of RST_STREAM and GOAWAY. */
        public int error() {
            return ByteBuffer.wrap(payload).getInt(type == FrameType.GOAWAY ? 4 : 0);
        }

        /** The value of a setting; null if it is not among them. */
        public @Nullable Integer setting(int id) {
            for (var settings = ByteBuffer.wrap(payload); settings.hasRemaining(); settings.getInt()) {
                if (settings.getShort() == id) {
                    return settings.getInt();
                }
            }
            return null;
        }
    }

    /** Connects; sends nothing. */
    public RawHttp2(InetSocketAddress address) throws IOException {
        socket.setSoTimeout((int) Wait.LONG.toMillis());
        socket.setTcpNoDelay(true);
        socket.connect(address);
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 64 * 1024));
        out = socket.getOutputStream();
    }

    /** Sends the preface and these settings. */
    public RawHttp2 begin(byte... settings) throws IOException {
        return send(PREFACE.getBytes(ISO_8859_1)).send(frame(FrameType.SETTINGS, 0, 0, settings));
    }

    /** Sends these bytes. */
    public RawHttp2 send(byte[]... parts) throws IOException {
        out.write(joined(parts));
        return this;
    }

    /** One frame. */
    @SuppressWarnings("EnumOrdinal") // the RFC's
    public static byte[] frame(FrameType type, int flags, int stream, byte... payload) {
        return ByteBuffer.allocate(9 + payload.length)
                .putInt(payload.length << 8 | type.ordinal())
                .put((byte) flags)
                .putInt(stream)
                .put(payload)
                .array();
    }

    /** A request without a body, for this path. */
    public static byte[] get(int stream, String path) {
        return request(END_STREAM | END_HEADERS, stream, "GET", path);
    }

    /** A request's head, with more headers behind the usual ones. */
    public static byte[] request(int flags, int stream, String method, String path, String... more) {
        var usual = literals(":method", method, ":scheme", "http", ":path", path, ":authority", "localhost");
        return frame(FrameType.HEADERS, flags, stream, joined(usual, literals(more)));
    }

    /** Names and values as HPACK's literals, without indexing and compression (RFC 7541, 6.2.2). */
    public static byte[] literals(String... namesAndValues) {
        var block = new ByteArrayOutputStream();
        for (var i = 0; i < namesAndValues.length; i++) {
            if (i % 2 == 0) {
                block.write(0);
            }
            block.writeBytes(string(namesAndValues[i]));
        }
        return block.toByteArray();
    }

    private static byte[] string(String text) {
        var string = new ByteArrayOutputStream();
        if (text.length() < 127) {
            string.write(text.length());
        } else {
            string.write(127);
            var rest = text.length() - 127;
            for (; rest >= 128; rest /= 128) {
                string.write(rest % 128 + 128);
            }
            string.write(rest);
        }
        string.writeBytes(text.getBytes(ISO_8859_1));
        return string.toByteArray();
    }

    /** All of them in a row. */
    public static byte[] joined(byte[]... parts) {
        var all = new ByteArrayOutputStream();
        for (var part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    /** Waits for the next frame, and answers a PING; null when the server has closed the connection. */
    public @Nullable Frame next() throws IOException {
        try {
            var lengthAndType = in.readInt();
            var type = FrameType.of(lengthAndType & 0xff);
            var flags = in.readUnsignedByte();
            var stream = in.readInt();
            var payload = in.readNBytes(lengthAndType >>> 8);
            if (type == FrameType.PING && flags != ACK && !socket.isOutputShutdown()) {
                send(frame(FrameType.PING, ACK, 0, payload));
            }
            return new Frame(type, flags, stream, payload, type == FrameType.HEADERS ? decoded(payload) : Map.of());
        } catch (EOFException | SocketException e) {
            return null;
        }
    }

    /** Waits for the next frame that is no SETTINGS, WINDOW_UPDATE or PING; null when there is none. */
    public @Nullable Frame answer() throws IOException {
        var frame = next();
        while (frame != null
                && (frame.type() == FrameType.SETTINGS
                        || frame.type() == FrameType.WINDOW_UPDATE
                        || frame.type() == FrameType.PING)) {
            frame = next();
        }
        return frame;
    }

    private Map<String, String> decoded(byte[] block) throws IOException {
        var headers = new HashMap<String, String>();
        decoder.setHeaderEmitter((name, value, neverIndex) -> headers.put(name.toString(), value));
        try {
            decoder.decode(ByteBuffer.wrap(block), false);
        } catch (HpackException e) {
            throw new IOException(e);
        }
        return headers;
    }

    /** Waits until the server has closed the connection, whatever it says before. */
    public void awaitClosed() throws IOException {
        var frame = next();
        while (frame != null) {
            frame = next();
        }
    }

    /** Half-closes the connection: FIN. */
    public void halfClose() throws IOException {
        socket.shutdownOutput();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
