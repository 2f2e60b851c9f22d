package streamer.http.listener;

import io.undertow.UndertowOptions;
import io.undertow.protocols.ssl.UndertowXnioSsl;
import io.undertow.server.DefaultByteBufferPool;
import io.undertow.server.HttpHandler;
import io.undertow.server.OpenListener;
import io.undertow.server.protocol.http.AlpnOpenListener;
import io.undertow.server.protocol.http.HttpOpenListener;
import io.undertow.server.protocol.http2.Http2OpenListener;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.xnio.ChannelListener;
import org.xnio.ChannelListeners;
import org.xnio.IoUtils;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.Sequence;
import org.xnio.SslClientAuthMode;
import org.xnio.StreamConnection;
import org.xnio.XnioWorker;
import org.xnio.channels.AcceptingChannel;
import streamer.http.http2.Http2Listener;

/**
 * The listening socket: HTTP/1 and, by prior knowledge or ALPN, HTTP/2; with TLS if there is a certificate.
 *
 * <p>Not made by Undertow's builder, which would accept {@code Upgrade: h2c} wherever it enables HTTP/2.
 */
public final class Listener implements AutoCloseable {
    private static final int BUFFER_BYTES = 16 * 1024; // Undertow's own default shrinks with the heap
    private static final int POOLED_BUFFERS = 512; // -1, Undertow's own default, pools none
    private static final int REQUEST_PARSE_MILLIS = 30_000;
    private static final int NO_REQUEST_MILLIS = 100_000; // proxies keep theirs for up to 90 s
    private static final int MAX_PARAMETERS = 4_000; // more than are answered in words; each takes memory
    private static final int MAX_HEAD_BYTES = 256 * 1024;

    private final List<OpenListener> protocols;
    private final AcceptingChannel<? extends StreamConnection> socket;

    /**
     * Binds the address; connections are accepted from {@link #accept} on.
     *
     * @throws FileException if a certificate or key file cannot be used
     * @throws IOException if the address cannot be bound
     */
    public Listener(ListenerConfig config, XnioWorker worker, HttpHandler handler) throws IOException {
        var address = new InetSocketAddress(InetAddress.getByName(config.host()), config.port());
        var buffers = new DefaultByteBufferPool(true, BUFFER_BYTES, POOLED_BUFFERS, 4);
        var opening = new OpeningTimeout();
        var http1 = new Http1Listener(buffers, protocolOptions(), opening);
        var http2 = new Http2Listener(buffers, protocolOptions(), opening::end);
        protocols = List.of(http1, http2);
        protocols.forEach(protocol -> protocol.setRootHandler(handler));
        var options = socketOptions(config);
        if (config.tls() == null) {
            var opener = opening.watching(new PriorKnowledge(buffers, http1, http2));
            socket =
                    worker.createStreamConnectionServer(address, ChannelListeners.openListenerAdapter(opener), options);
        } else {
            var alpn = new AlpnOpenListener(buffers, protocolOptions(), http1)
                    .addProtocol(Http2OpenListener.HTTP2, http2, 1);
            socket = secure(worker, config.tls(), address, opening.watching(alpn), options);
        }
        KeepAlive.tune(socket);
        AcceptRetry.tune(socket);
    }

    /** Class loading, before a listener is needed. */
    public static void warmUp() {
        var http = new HttpOpenListener(
                new DefaultByteBufferPool(true, BUFFER_BYTES, POOLED_BUFFERS, 4), protocolOptions());
        http.closeConnections();
    }

    private static OptionMap protocolOptions() {
        return OptionMap.builder()
                // Not needed; and a URL that cannot be decoded would end all streams of an HTTP/2 connection.
                .set(UndertowOptions.DECODE_URL, false)
                .set(UndertowOptions.BUFFER_PIPELINED_DATA, false)
                .set(UndertowOptions.MAX_ENTITY_SIZE, -1L)
                .set(UndertowOptions.MAX_HEADER_SIZE, MAX_HEAD_BYTES)
                .set(UndertowOptions.MAX_PARAMETERS, MAX_PARAMETERS)
                .set(UndertowOptions.REQUEST_PARSE_TIMEOUT, REQUEST_PARSE_MILLIS)
                .set(UndertowOptions.NO_REQUEST_TIMEOUT, NO_REQUEST_MILLIS)
                .getMap();
    }

    private static OptionMap socketOptions(ListenerConfig config) {
        return OptionMap.builder()
                .set(Options.TCP_NODELAY, true)
                .set(Options.KEEP_ALIVE, true)
                .set(Options.REUSE_ADDRESSES, true)
                .set(Options.BACKLOG, 1024)
                .set(Options.CONNECTION_HIGH_WATER, config.maxConnections())
                .set(Options.CONNECTION_LOW_WATER, config.maxConnections())
                .getMap();
    }

    private static AcceptingChannel<? extends StreamConnection> secure(
            XnioWorker worker,
            TlsFiles files,
            InetSocketAddress address,
            ChannelListener<StreamConnection> opener,
            OptionMap options)
            throws IOException {
        var context = Tls.watch(files);
        var ssl = new UndertowXnioSsl(
                worker.getXnio(), OptionMap.create(Options.USE_DIRECT_BUFFERS, true), context.value());
        Runnable update = () -> worker.execute(() -> ssl.updateSSLContext(context.value()));
        worker.getIoThread().executeAtInterval(update, 1, TimeUnit.SECONDS);
        var mode = files.clientAuthority() == null ? SslClientAuthMode.NOT_REQUESTED : SslClientAuthMode.REQUIRED;
        var tls = OptionMap.builder()
                .set(Options.SSL_ENABLED_PROTOCOLS, Sequence.of("TLSv1.3", "TLSv1.2"))
                .set(Options.SSL_CLIENT_AUTH_MODE, mode)
                .getMap();
        ChannelListener<StreamConnection> accepted =
                raw -> opener.handleEvent(ssl.wrapExistingConnection(PlainHttpRefusal.on(raw), tls, false));
        return worker.createStreamConnectionServer(address, ChannelListeners.openListenerAdapter(accepted), options);
    }

    /** The bound address, with the real port. */
    public InetSocketAddress address() {
        return socket.getLocalAddress(InetSocketAddress.class);
    }

    /** Begins to accept connections. */
    public void accept() {
        socket.resumeAccepts();
    }

    /** Closes the listening socket; open connections stay. */
    public void stopAccepting() {
        IoUtils.safeClose(socket);
    }

    /** Closes the listening socket and all connections. */
    @Override
    public void close() {
        stopAccepting();
        protocols.forEach(OpenListener::closeConnections);
    }
}
