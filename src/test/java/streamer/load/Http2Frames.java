package streamer.load;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import streamer.testing.Wait;

/**
 * HTTP/2 connection at frame level (RFC 9113): a full client drops buffered data on RST_STREAM, so that it is not known
 * what has arrived.
 */
final class Http2Frames implements AutoCloseable {
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII);
    /** So that a status is always one of the static table, or told in full. */
    private static final byte[] NO_HEADER_TABLE = {0, 1, 0, 0, 0, 0};

    private static final int MOST_IN_A_FRAME = 16_384;
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int RESET = 3;
    private static final int SETTINGS = 4;
    private static final int GO_AWAY = 7;
    private static final int WINDOW = 8;
    private static final int END_STREAM = 1;
    private static final int ACK = 1;
    private static final int END_HEADERS = 4;
    private static final int CANCEL = 8;

    private final Socket socket = new Socket();
    private final DataInputStream in;
    private final OutputStream out;
    private final Map<Integer, Stream> streams = new LinkedHashMap<>();

    Http2Frames(InetSocketAddress address) throws IOException {
        socket.setSoTimeout(2 * (int) Wait.LONG.toMillis()); // a stream that waits has its head after 20 s
        socket.setTcpNoDelay(true);
        socket.connect(address);
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 64 * 1024));
        out = socket.getOutputStream();
        out.write(PREFACE);
        send(SETTINGS, 0, 0, NO_HEADER_TABLE);
    }

    /** One response. */
    static final class Stream {
        private final int id;
        private final OutputStream to;
        private int status;
        private boolean over;
        private boolean clean;

        private Stream(int id, OutputStream to) {
            this.id = id;
            this.to = to;
        }

        /** 200, 500, or 0 for any other. */
        int status() {
            return status;
        }

        boolean endedCleanly() {
            return clean;
        }
    }

    /** Sends a request; what comes for it goes there. */
    Stream get(String path, OutputStream to) throws IOException {
        return open("GET", path, END_STREAM, to);
    }

    /** The same with a body that fits into the windows there are at first. */
    Stream post(String path, byte[] body, OutputStream to) throws IOException {
        var stream = open("POST", path, 0, to);
        for (var at = 0; at < body.length; at += MOST_IN_A_FRAME) {
            var piece = ByteBuffer.wrap(body, at, Math.min(MOST_IN_A_FRAME, body.length - at));
            var bytes = new byte[piece.remaining()];
            piece.get(bytes);
            send(DATA, 0, stream.id, bytes);
        }
        send(DATA, END_STREAM, stream.id, new byte[0]);
        return stream;
    }

    private Stream open(String method, String path, int flags, OutputStream to) throws IOException {
        var stream = new Stream(streams.size() * 2 + 1, to);
        streams.put(stream.id, stream);
        var head = new ByteArrayOutputStream();
        put(head, ":method", method);
        put(head, ":scheme", "http");
        put(head, ":authority", "localhost");
        put(head, ":path", path);
        send(HEADERS, flags | END_HEADERS, stream.id, head.toByteArray());
        return stream;
    }

    /** A literal that nobody is to remember (RFC 7541, 6.2.2); its length must fit into seven bits, or just above. */
    private static void put(ByteArrayOutputStream head, String name, String value) {
        head.write(0);
        putText(head, name);
        putText(head, value);
    }

    private static void putText(ByteArrayOutputStream head, String text) {
        if (text.length() < 127) {
            head.write(text.length());
        } else {
            head.write(127);
            for (var rest = text.length() - 127; ; rest >>= 7) {
                head.write(rest < 128 ? rest : rest % 128 + 128);
                if (rest < 128) {
                    break;
                }
            }
        }
        head.writeBytes(text.getBytes(US_ASCII));
    }

    private void send(int type, int flags, int stream, byte[] payload) throws IOException {
        var frame = ByteBuffer.allocate(9 + payload.length).putInt(payload.length << 8 | type);
        out.write(frame.put((byte) flags).putInt(stream).put(payload).array());
    }

    /** Cancels a request. */
    void cancel(Stream stream) throws IOException {
        send(RESET, 0, stream.id, number(CANCEL));
    }

    /** Reads until all responses have ended. */
    void readAll() throws IOException {
        while (!streams.values().stream().allMatch(stream -> stream.over)) {
            readFrame();
        }
    }

    /** Waits for one frame and takes what it brings. */
    void readFrame() throws IOException {
        var lengthAndType = in.readInt();
        var flags = in.readUnsignedByte();
        var stream = streams.get(in.readInt());
        var payload = new byte[lengthAndType >>> 8];
        in.readFully(payload);
        var type = lengthAndType & 0xFF;
        if (type == GO_AWAY) {
            throw new IOException("the server goes away");
        } else if (type == SETTINGS && flags != ACK) {
            send(SETTINGS, ACK, 0, new byte[0]);
        } else if (stream != null) {
            take(stream, type, flags, payload);
        }
    }

    private void take(Stream stream, int type, int flags, byte[] payload) throws IOException {
        if (type == HEADERS && stream.status == 0) {
            stream.status = status(payload);
        } else if (type == DATA && payload.length > 0) {
            stream.to.write(payload, 0, payload.length);
            send(WINDOW, 0, 0, number(payload.length));
            send(WINDOW, 0, stream.id, number(payload.length));
        }
        var isLast = (type == HEADERS || type == DATA) && (flags & END_STREAM) != 0;
        stream.clean |= isLast;
        stream.over |= isLast || type == RESET;
    }

    /** By its place in the static table (RFC 7541, appendix A). */
    private static int status(byte[] head) {
        var at = 0;
        while ((head[at] & 0xE0) == 0x20) { // a new size of the table we do not have
            at++;
        }
        return switch (head[at]) {
            case (byte) 0x88 -> 200;
            case (byte) 0x8E -> 500;
            default -> 0;
        };
    }

    private static byte[] number(int number) {
        return ByteBuffer.allocate(4).putInt(number).array();
    }

    /** Leaves by a reset of the connection. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
