package streamer.probe;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * A TCP connection, with TLS for {@code https}, that tells when the bytes have come which are being read.
 *
 * <p>Threads: one. No wait is longer than until its {@link #deadline}.
 */
final class Wire extends InputStream {
    private static final int BUFFER_BYTES = 16 * 1024;

    private final Socket socket;
    private final InputStream in;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int position;
    private int limit;
    private long deadline;
    private long arrived;
    private long reads;

    private Wire(Socket socket, long deadline) throws IOException {
        this.socket = socket;
        this.deadline = deadline;
        in = socket.getInputStream();
    }

    /**
     * Connects to one of the host's addresses.
     *
     * @param isTrusting whether any certificate is accepted
     * @param timeout for the connection and TLS's handshake, each
     * @throws ProbeException if that fails
     */
    static Wire open(Address address, boolean isTrusting, Duration timeout) throws IOException {
        var socket = connect(address, timeout);
        try {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(millis(timeout.toNanos()));
            var deadline = System.nanoTime() + timeout.toNanos();
            return new Wire(address.isSecure() ? secure(socket, address, isTrusting) : socket, deadline);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private static Socket connect(Address address, Duration timeout) throws IOException {
        var name = address.host().replaceAll("[\\[\\]]", "");
        var where = name + " port " + address.port();
        @Nullable IOException last = null;
        try {
            for (var one : InetAddress.getAllByName(name)) {
                var socket = new Socket();
                try {
                    socket.connect(new InetSocketAddress(one, address.port()), millis(timeout.toNanos()));
                    return socket;
                } catch (IOException e) {
                    socket.close();
                    last = e;
                }
            }
        } catch (UnknownHostException e) {
            throw new ProbeException(name + ": unknown host", e);
        }
        if (last instanceof SocketTimeoutException) {
            throw new ProbeException(where + ": no connection within " + seconds(timeout), last);
        }
        throw new ProbeException(
                where + ": " + (last instanceof ConnectException ? "connection refused" : "cannot connect"), last);
    }

    private static Socket secure(Socket plain, Address address, boolean isTrusting) throws IOException {
        try {
            var context = SSLContext.getInstance("TLS");
            context.init(null, isTrusting ? new TrustManager[] {new TrustAll()} : null, null);
            var name = address.host().replaceAll("[\\[\\]]", "");
            var socket = (SSLSocket) context.getSocketFactory().createSocket(plain, name, address.port(), true);
            var parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"http/1.1"});
            if (!isTrusting) {
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
            }
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            return socket;
        } catch (SSLException e) {
            throw new ProbeException(address.authority() + ": TLS: " + why(e), e);
        } catch (SocketTimeoutException e) {
            throw new ProbeException(address.authority() + ": TLS: no answer in time", e);
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    private static String why(SSLException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertPathBuilderException) {
                return "nobody known has signed the certificate; -k goes on without a check";
            }
        }
        var line = String.valueOf(e.getMessage());
        return line.contains("plaintext") || line.contains("unrecognized SSL message")
                ? "the server does not speak it there; try http://"
                : Text.visible(line);
    }

    /** Sends bytes. */
    void send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
    }

    /** Nothing is waited for beyond this {@link System#nanoTime()}. */
    void deadline(long nanos) {
        deadline = nanos;
    }

    /** When the bytes came that are being read, by {@link System#nanoTime()}. */
    long arrived() {
        return arrived;
    }

    /** How many times bytes have come. */
    long reads() {
        return reads;
    }

    @Override
    public int read() throws IOException {
        return fill() ? buffer[position++] & 0xff : -1;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        var count = Math.min(length, limit - position);
        System.arraycopy(buffer, position, into, from, count);
        position += count;
        return count;
    }

    /** How many bytes can be read without a wait: of those that have come. */
    @Override
    public int available() {
        return limit - position;
    }

    /**
     * Waits for bytes, if there are none left.
     *
     * @return false at the end
     * @throws SocketTimeoutException at the deadline
     */
    private boolean fill() throws IOException {
        if (position < limit) {
            return true;
        }
        var left = deadline - System.nanoTime();
        if (left <= 0) {
            throw new SocketTimeoutException();
        }
        socket.setSoTimeout(millis(left));
        position = 0;
        limit = Math.max(0, in.read(buffer));
        arrived = System.nanoTime();
        reads++;
        return limit > 0;
    }

    private static int millis(long nanos) {
        return (int) Math.max(1, Math.min(Integer.MAX_VALUE, TimeUnit.NANOSECONDS.toMillis(nanos) + 1));
    }

    /** A time for a message. */
    static String seconds(Duration time) {
        var seconds = time.toMillis() / 1e3;
        return (seconds == Math.rint(seconds) ? String.valueOf((long) seconds) : String.valueOf(seconds)) + " s";
    }

    /** At once: a peer that does not answer TLS's farewell would be waited for. */
    @Override
    public void close() throws IOException {
        socket.close();
    }

    /** Accepts every certificate: {@code --insecure}. */
    private static final class TrustAll implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
