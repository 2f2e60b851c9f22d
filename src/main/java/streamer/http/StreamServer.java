package streamer.http;

import io.undertow.server.HttpHandler;
import io.undertow.util.DateUtils;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.Xnio;
import org.xnio.XnioWorker;
import org.xnio.management.XnioServerMXBean;
import streamer.format.FormatChoice;
import streamer.http.access.AccessRule;
import streamer.http.access.Authority;
import streamer.http.access.BearerToken;
import streamer.http.access.Credentials;
import streamer.http.access.CrossSiteRule;
import streamer.http.access.FramingRule;
import streamer.http.access.HostRule;
import streamer.http.access.MethodRule;
import streamer.http.access.PasswordFile;
import streamer.http.access.PathRule;
import streamer.http.access.ProxyRule;
import streamer.http.access.RepeatRule;
import streamer.http.access.TokenPassword;
import streamer.http.listener.Listener;
import streamer.http.listener.ListenerConfig;
import streamer.http.page.Navigation;
import streamer.http.page.PageRule;
import streamer.http.page.PageSettings;
import streamer.http.request.Spool;
import streamer.kept.Fleet;
import streamer.kept.KeptRuns;
import streamer.metrics.Metrics;
import streamer.output.Ending;
import streamer.process.RunSpec;
import streamer.run.Runs;

/**
 * The HTTP server: a listener, the chain of handlers, and a run for each request that passes it.
 *
 * <p>Threads: any; closed once.
 */
public final class StreamServer implements AutoCloseable {
    private static final int IO_THREADS = 2;
    private static final long STOP_MILLIS = 1_000;
    private static final String RESUME_HINT = "one without runs the command anew, and --keep keeps what it writes.";
    private static final String KEPT_HINT =
            "one without runs the command anew. What a run has written is at /-/runs/ID/output?from=N, where ID is the"
                    + " Streamer-Run of its response.";

    private final ExecutorService threads;
    private final StreamHandler streams;
    private final LongPolls polls;
    private final @Nullable Followers followers;
    private final XnioWorker worker;
    private final Listener listener;
    private final ListenerConfig config;
    private final AtomicBoolean closed = new AtomicBoolean();

    private StreamServer(ServerConfig config, RunSpec spec, Runs runs, @Nullable KeptRuns kept, ExecutorService threads)
            throws IOException {
        this.threads = threads;
        this.config = config.listener();
        var formats = new FormatChoice(
                config.response().contentType(), config.response().flush().heartbeatText());
        var spool = new Spool(config.request().maxSpoolBytes());
        var table = new RunTable();
        var metrics = new Metrics();
        var serving = new Serving(config, spec, formats, spool, threads, metrics);
        streams = new StreamHandler(serving, runs, table);
        polls = new LongPolls(runs.pulse());
        followers = kept == null ? null : new Followers(serving, kept.pulse());
        var isListOpen = config.asksWho() || config.access().isListOpen();
        HttpHandler command;
        RunsHandler runsHandler;
        if (kept == null || followers == null) {
            command = new RepeatRule(RepeatRule::refuseReconnect, RESUME_HINT, streams);
            runsHandler = new RunsHandler(table, polls, null, null, isListOpen);
        } else {
            kept.ended().forEach(found -> table.addClosed(new RunEntry(found)));
            var fleet = new Fleet(kept);
            var outputs = new OutputHandler(serving, fleet, followers);
            var keeper = new KeptHandler(serving, kept, fleet, runs, table, followers, streams);
            command = new RepeatRule(outputs, KEPT_HINT, keeper);
            runsHandler = new RunsHandler(table, polls, fleet, outputs, isListOpen);
        }
        var page = config.response().hasPage()
                ? PageSettings.of(config.methods(), config.request(), config.response(), kept != null, spec.stderr())
                : null;
        count(metrics, runs, kept);
        Map<String, HttpHandler> others = Map.of(
                MetricsHandler.PATH, new MetricsHandler(metrics, threads),
                ProbeHandler.PATH, new ProbeHandler(serving, runs, streams));
        var handlers = chain(config, page, formats, runs, runsHandler, others, metrics, command);
        worker = worker();
        try {
            listener = new Listener(config.listener(), worker, handlers);
            listener.accept();
        } catch (IOException | RuntimeException e) {
            worker.shutdownNow();
            throw e;
        }
    }

    /**
     * Starts a server; requests are accepted when this returns.
     *
     * @param kept the runs that are kept; null if none are
     * @param threads the threads of runs: one each, and one more while a body comes
     * @throws FileException if a file that the configuration names cannot be used
     * @throws IOException if the address cannot be bound
     */
    public static StreamServer start(
            ServerConfig config, RunSpec spec, Runs runs, @Nullable KeptRuns kept, ExecutorService threads)
            throws IOException {
        return new StreamServer(config, spec, runs, kept, threads);
    }

    /** Class loading: loads what a start and the first request need; for a background thread. */
    public static void warmUp() {
        xnio();
        Listener.warmUp();
        DateUtils.parseDate("Thu, 01 Jan 1970 00:00:00 GMT"); // and the date format of all responses
    }

    private void count(Metrics metrics, Runs runs, @Nullable KeptRuns kept) {
        metrics.endings().expect(Ending.words());
        metrics.endings().expect(List.of(Metrics.REFUSED));
        metrics.refusals().expect(List.of(RefusalReason.NO_SLOT, RefusalReason.VIEWERS, RefusalReason.DRAINING));
        metrics.gauge("streamer_connections", "Connections that are open.", this::connections);
        metrics.gauge("streamer_runs_running", "Runs that have a slot.", runs::running);
        metrics.gauge("streamer_runs_max", "Runs that there may be at one time.", runs::max);
        metrics.gauge("streamer_runs_queued", "Runs that wait for a slot.", runs::waiting);
        metrics.gauge(
                "streamer_viewers",
                "Responses with the output of runs that go on.",
                followers == null ? streams::size : followers::size);
        if (kept != null) {
            metrics.gauge("streamer_kept_bytes", "Bytes that are kept of runs' outputs.", kept::bytes);
            var machines = kept.machines();
            if (machines != null) {
                machines.count(metrics);
            }
        }
    }

    private int connections() {
        return worker.getMXBean().getServerMXBeans().stream()
                .mapToInt(XnioServerMXBean::getConnectionCount)
                .sum();
    }

    /** The chain of handlers, built from last to first; each calls the next or answers the request. */
    private static HttpHandler chain(
            ServerConfig config,
            @Nullable PageSettings page,
            FormatChoice formats,
            Runs runs,
            RunsHandler runsHandler,
            Map<String, HttpHandler> others,
            Metrics metrics,
            HttpHandler command)
            throws IOException {
        var access = config.access();
        var hosts = new HashSet<>(access.hosts());
        if (!InetAddress.getByName(config.listener().host()).isAnyLocalAddress()) { // a page may ask for 0.0.0.0 too
            Authority.parse(literal(config.listener().host())).ifPresent(own -> hosts.add(own.host()));
        }
        HttpHandler chain = new MethodRule(config.methods(), formats, command);
        if (page != null) {
            chain = new PageRule(page, formats, "page.html", chain);
        }
        chain = new PathRule(config.paths(), chain);
        chain = page == null
                ? OwnPaths.guarded(runsHandler, runsHandler, others, chain)
                : OwnPaths.guarded(
                        new PageRule(page, formats, "runs.html", runsHandler),
                        OwnPaths.pageOfOne(new PageRule(page, formats, "page.html", runsHandler), runsHandler),
                        others,
                        chain);
        chain = new AccessRule(credentials(config), chain);
        chain = OwnPaths.open(runs, page != null, chain);
        chain = new CrossSiteRule(
                access.origins(),
                path -> OwnPaths.methods(path, config.methods()),
                exchange -> page != null && OwnPaths.mayHavePage(exchange) && Navigation.isOne(exchange, formats),
                chain);
        chain = new HostRule(hosts, chain); // the host that a proxy forwards
        chain = new ProxyRule(access.proxies(), chain);
        chain = new HostRule(hosts, chain); // the request's own Host
        chain = new FramingRule(chain);
        return new AccessLog(metrics, chain);
    }

    private static List<Credentials> credentials(ServerConfig config) throws IOException {
        var access = config.access();
        var credentials = new ArrayList<Credentials>();
        var tokens = new ArrayList<BearerToken>();
        if (access.token() != null) {
            tokens.add(BearerToken.of(access.token()));
        }
        if (access.tokenFile() != null) {
            tokens.add(BearerToken.from(access.tokenFile()));
        }
        credentials.addAll(tokens);
        if (config.response().hasPage()) {
            tokens.forEach(token -> credentials.add(new TokenPassword(token)));
        }
        if (access.passwordFile() != null) {
            credentials.add(new PasswordFile(access.passwordFile()));
        }
        return credentials;
    }

    private static Xnio xnio() {
        return Xnio.getInstance(StreamServer.class.getClassLoader());
    }

    private static XnioWorker worker() throws IOException {
        return xnio().createWorker(OptionMap.builder()
                .set(Options.WORKER_NAME, "http")
                .set(Options.WORKER_IO_THREADS, IO_THREADS)
                .set(Options.WORKER_TASK_CORE_THREADS, IO_THREADS)
                .set(Options.WORKER_TASK_MAX_THREADS, IO_THREADS)
                .set(Options.THREAD_DAEMON, true)
                .getMap());
    }

    /** The bound address, with the real port. */
    public InetSocketAddress address() {
        return listener.address();
    }

    /** The server's URL, with the host as configured. */
    public String url() {
        return (config.tls() == null ? "http://" : "https://") + literal(config.host()) + ":"
                + address().getPort() + "/";
    }

    private static String literal(String host) {
        return host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
    }

    /** Whether the server is bound to a loopback address. */
    public boolean isLocal() {
        return address().getAddress().isLoopbackAddress();
    }

    /** Closes the listening socket: descriptors may be needed to stop runs. */
    public void stopAccepting() {
        listener.stopAccepting();
    }

    /** Waits until nobody watches a kept run any more; false on timeout. */
    public boolean awaitNoViewer(Duration time) throws InterruptedException {
        return followers == null || followers.awaitNone(time);
    }

    /**
     * Answers who waits for a run's end, breaks all streams off, and closes all connections and threads; waits at most
     * half a second for the answers, and 1 s for each thread pool.
     */
    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return; // XNIO would wait for ever for its own thread
        }
        listener.stopAccepting();
        polls.close();
        streams.abandonAll();
        if (followers != null) {
            followers.abandonAll();
        }
        listener.close();
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
}
