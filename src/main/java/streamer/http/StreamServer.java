package streamer.http;

import io.undertow.UndertowOptions;
import io.undertow.server.DefaultByteBufferPool;
import io.undertow.server.HttpHandler;
import io.undertow.server.protocol.http.HttpOpenListener;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.xnio.ChannelListeners;
import org.xnio.IoUtils;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.StreamConnection;
import org.xnio.Xnio;
import org.xnio.XnioWorker;
import org.xnio.channels.AcceptingChannel;
import streamer.run.RunSpec;
import streamer.run.Runs;

/**
 * Listens on HTTP/1 and, by prior knowledge, on HTTP/2, and runs the command for whoever asks.
 *
 * <p>Made by hand rather than by Undertow's builder, which would accept {@code Upgrade: h2c} wherever it speaks HTTP/2.
 */
public final class StreamServer implements AutoCloseable {
    /** The server's name and version as commands see it. */
    public static final String SOFTWARE = "streamer/" + version();

    private static final int BUFFER_BYTES = 16 * 1024; // Undertow's own default shrinks with the heap
    private static final int POOLED_BUFFERS = 512; // -1, Undertow's own default, pools none
    private static final int IO_THREADS = 2;
    private static final int REQUEST_PARSE_MILLIS = 30_000;
    private static final int NO_REQUEST_MILLIS = 60_000;
    private static final int MAX_HEAD_BYTES = 256 * 1024;
    private static final long STOP_MILLIS = 1_000;

    private final ExecutorService threads;
    private final StreamHandler streams;
    private final HttpOpenListener http;
    private final XnioWorker worker;
    private final AcceptingChannel<StreamConnection> listening;
    private final String host;
    private final AtomicBoolean closed = new AtomicBoolean();

    private StreamServer(ServerConfig config, RunSpec spec, Runs runs, ExecutorService threads) throws IOException {
        this.threads = threads;
        host = config.host();
        streams = new StreamHandler(config, spec, runs, threads);
        http = http();
        http.setRootHandler(chain(config, runs, streams));
        worker = worker();
        try {
            listening = listen(config, worker, http);
        } catch (IOException | RuntimeException e) {
            worker.shutdownNow();
            throw e;
        }
    }

    /**
     * Starts a server; requests are accepted when this returns.
     *
     * @param threads where runs are executed, one thread each and sometimes two
     * @throws IOException if the address cannot be bound
     */
    public static StreamServer start(ServerConfig config, RunSpec spec, Runs runs, ExecutorService threads)
            throws IOException {
        return new StreamServer(config, spec, runs, threads);
    }

    /** Every request passes from the first to the last, unless one of them answers it. */
    private static HttpHandler chain(ServerConfig config, Runs runs, StreamHandler streams) {
        HttpHandler chain = new RepeatRule(streams);
        chain = new MethodRule(config.methods(), config.stream().contentType(), chain);
        chain = new PathRule(config.paths(), chain);
        chain = new HealthRule(runs, chain);
        return new AccessLog(chain);
    }

    private static HttpOpenListener http() {
        // Read once, by a class that is loaded later; the option of that name can only make it smaller.
        System.setProperty("io.undertow.http2-max-header-size", Integer.toString(MAX_HEAD_BYTES));
        return new HttpOpenListener(
                new DefaultByteBufferPool(true, BUFFER_BYTES, POOLED_BUFFERS, 4),
                OptionMap.builder()
                        .set(UndertowOptions.ENABLE_HTTP2, true)
                        .set(UndertowOptions.BUFFER_PIPELINED_DATA, false)
                        .set(UndertowOptions.MAX_ENTITY_SIZE, -1L)
                        .set(UndertowOptions.MAX_HEADER_SIZE, MAX_HEAD_BYTES)
                        .set(UndertowOptions.REQUEST_PARSE_TIMEOUT, REQUEST_PARSE_MILLIS)
                        .set(UndertowOptions.NO_REQUEST_TIMEOUT, NO_REQUEST_MILLIS)
                        .getMap());
    }

    private static XnioWorker worker() throws IOException {
        return Xnio.getInstance(StreamServer.class.getClassLoader())
                .createWorker(OptionMap.builder()
                        .set(Options.WORKER_NAME, "http")
                        .set(Options.WORKER_IO_THREADS, IO_THREADS)
                        .set(Options.WORKER_TASK_CORE_THREADS, IO_THREADS)
                        .set(Options.WORKER_TASK_MAX_THREADS, IO_THREADS)
                        .set(Options.THREAD_DAEMON, true)
                        .getMap());
    }

    private static AcceptingChannel<StreamConnection> listen(
            ServerConfig config, XnioWorker worker, HttpOpenListener http) throws IOException {
        var address = new InetSocketAddress(InetAddress.getByName(config.host()), config.port());
        var listening = worker.createStreamConnectionServer(
                address,
                ChannelListeners.openListenerAdapter(http),
                OptionMap.builder()
                        .set(Options.TCP_NODELAY, true)
                        .set(Options.KEEP_ALIVE, true)
                        .set(Options.REUSE_ADDRESSES, true)
                        .set(Options.BACKLOG, 1024)
                        .getMap());
        KeepAlive.tune(listening);
        listening.resumeAccepts();
        return cast(listening);
    }

    @SuppressWarnings("unchecked") // XNIO accepts StreamConnections, whatever its wildcard says
    private static AcceptingChannel<StreamConnection> cast(AcceptingChannel<? extends StreamConnection> listening) {
        return (AcceptingChannel<StreamConnection>) listening;
    }

    /** Where the server listens, with the real port. */
    public InetSocketAddress address() {
        return listening.getLocalAddress(InetSocketAddress.class);
    }

    /** The same as a URL for people: the host as they wrote it. */
    public String url() {
        var literal = host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
        return "http://" + literal + ":" + address().getPort() + "/";
    }

    /** Whether only this machine can reach the server. */
    public boolean isLocal() {
        return address().getAddress().isLoopbackAddress();
    }

    /** Closes all connections, whatever is under way on them; then nothing listens any more. */
    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return; // XNIO would wait for ever for its own thread
        }
        IoUtils.safeClose(listening);
        streams.abandonAll();
        http.closeConnections();
        threads.shutdown();
        try {
            threads.awaitTermination(STOP_MILLIS, TimeUnit.MILLISECONDS);
            worker.shutdown();
            if (!worker.awaitTermination(STOP_MILLIS, TimeUnit.MILLISECONDS)) {
                worker.shutdownNow();
            }
        } catch (InterruptedException e) {
            worker.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    private static String version() {
        var version = StreamServer.class.getPackage().getImplementationVersion();
        return version == null ? "dev" : version;
    }
}
