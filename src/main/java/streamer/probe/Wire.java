package streamer.probe;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * A TCP connection, with TLS for {@code https}, that tells when the bytes have come which are being read.
 *
 * <p>Threads: one. No wait is longer than until its {@link #deadline}.
 */
final class Wire extends BlockInput {
    private static final int BUFFER_BYTES = 16 * 1024;

    private final TimedSocket plain;
    private final Socket socket;
    private final InputStream in;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int position;
    private int limit;
    private long arrived;
    private long reads;

    private Wire(TimedSocket plain, Socket socket) throws IOException {
        this.plain = plain;
        this.socket = socket;
        in = socket.getInputStream();
    }

    /**
     * Connects to one of the host's addresses.
     *
     * @param isTrusting whether any certificate is accepted
     * @param timeout for the connection and TLS's handshake, each as a whole
     * @throws ProbeException if that fails
     */
    static Wire open(Address address, boolean isTrusting, Duration timeout) throws IOException {
        var plain = connect(address, timeout);
        try {
            plain.setTcpNoDelay(true);
            return new Wire(plain, address.isSecure() ? secure(plain, address, isTrusting, timeout) : plain);
        } catch (IOException e) {
            plain.close();
            throw e;
        }
    }

    private static TimedSocket connect(Address address, Duration timeout) throws IOException {
        var deadline = System.nanoTime() + timeout.toNanos();
        var where = address.name() + " port " + address.port();
        var addresses = lookUp(address.name(), timeout);
        for (var attempts = addresses.size(); ; attempts--) {
            var socket = new TimedSocket(deadline);
            try {
                var one = addresses.get(addresses.size() - attempts);
                socket.connectAsOneOf(attempts, new InetSocketAddress(one, address.port()));
                return socket;
            } catch (IOException e) {
                socket.close();
                if (attempts == 1) {
                    throw new ProbeException(where + ": " + why(e, timeout), e);
                }
            }
        }
    }

    private static String why(IOException e, Duration timeout) {
        return e instanceof SocketTimeoutException
                ? "no connection within " + seconds(timeout)
                : String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT); // "connection refused", "no route to host"
    }

    /** By a thread of its own, since the system may look for longer, and cannot be stopped. */
    private static List<InetAddress> lookUp(String name, Duration timeout) throws IOException {
        var lookUp = new FutureTask<>(() -> List.of(InetAddress.getAllByName(name)));
        var thread = new Thread(lookUp, "look-up");
        thread.setDaemon(true);
        thread.start();
        try {
            return lookUp.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw new ProbeException(name + ": unknown host", e);
        } catch (TimeoutException e) {
            throw new ProbeException(name + ": no address within " + seconds(timeout), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        }
    }

    private static Socket secure(TimedSocket plain, Address address, boolean isTrusting, Duration timeout)
            throws IOException {
        try {
            var context = SSLContext.getInstance("TLS");
            context.init(null, isTrusting ? new TrustManager[] {new TrustAll()} : null, null);
            var socket =
                    (SSLSocket) context.getSocketFactory().createSocket(plain, address.name(), address.port(), true);
            var parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"http/1.1"});
            if (!isTrusting) {
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
            }
            socket.setSSLParameters(parameters);
            plain.deadline(System.nanoTime() + timeout.toNanos()); // this machine's own certificates have taken some
            socket.startHandshake();
            return socket;
        } catch (SSLException e) {
            throw new ProbeException(address.authority() + ": TLS: " + why(e), e);
        } catch (SocketTimeoutException e) {
            throw new ProbeException(address.authority() + ": TLS: no answer in time", e);
        } catch (IOException e) {
            throw new ProbeException(address.authority() + ": TLS: the connection broke", e);
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
        plain.deadline(nanos);
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
        limit = Math.max(0, in.read(buffer));
        position = 0;
        arrived = System.nanoTime();
        reads++;
        return limit > 0;
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

    /** Accepts every certificate: {@code --insecure}. One that is not extended has its chains checked by the JDK. */
    private static final class TrustAll extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
