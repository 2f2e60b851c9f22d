package streamer.testing;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import streamer.http.ServerConfig;
import streamer.http.StreamServer;
import streamer.http.access.AccessConfig;
import streamer.http.access.Cidr;
import streamer.http.access.Origin;
import streamer.http.listener.ListenerConfig;
import streamer.http.listener.TlsFiles;
import streamer.http.request.PathPattern;
import streamer.http.request.RequestConfig;
import streamer.http.response.FlushPolicy;
import streamer.http.response.ResponseConfig;
import streamer.http.response.ResponseConfig.OnFailure;
import streamer.output.Ending.Reason;
import streamer.run.RunSpec;
import streamer.run.Runs;

/** A server in this process, on a port of its own; and what it logged. */
public final class TestServer implements AutoCloseable {
    private final Runs runs;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final StreamServer server;
    private final List<String> accessLines = Collections.synchronizedList(new ArrayList<>());
    private final Logger accessLog = Logger.getLogger("streamer.access");
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord line) {
            accessLines.add(String.valueOf(line.getParameters()[0]));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    private TestServer(Setup setup) throws IOException {
        accessLog.setUseParentHandlers(false);
        accessLog.addHandler(handler);
        runs = new Runs(setup.maxRuns, setup.queue, setup.killAfter);
        try {
            server = StreamServer.start(setup.config(), setup.spec(), runs, threads);
        } catch (IOException e) {
            runs.close();
            throw e;
        }
    }

    /** A server for a command, with the defaults of the command line. */
    public static Setup of(List<String> command) {
        return new Setup(command);
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return server.address();
    }

    /** Its URL, with a slash at the end. */
    public String url() {
        return server.url();
    }

    /** Its runs. */
    public Runs runs() {
        return runs;
    }

    /** A new connection to it. */
    public StreamClient connect() throws IOException {
        return new StreamClient(address());
    }

    /** A new connection to it with TLS. */
    public StreamClient connect(SSLContext tls) throws IOException {
        return new StreamClient(address(), tls);
    }

    /** A new connection on which this has been asked for. */
    public StreamClient get(String path, String... headers) throws IOException {
        return connect().request("GET", path, headers);
    }

    /** The access lines so far. */
    public List<String> accessLines() {
        synchronized (accessLines) {
            return List.copyOf(accessLines);
        }
    }

    /** The next access line that contains this, when it comes. */
    public String accessLine(String part) {
        Wait.until(
                "an access line with '" + part + "'",
                () -> accessLines().stream().anyMatch(line -> line.contains(part)));
        return accessLines().stream()
                .filter(line -> line.contains(part))
                .findFirst()
                .orElseThrow();
    }

    /** Waits until no run is left. */
    public void awaitNoRun() {
        Wait.until("no run is left", () -> runs.awaitNone(Duration.ZERO));
    }

    @Override
    public void close() {
        runs.stopAll(Reason.SHUTDOWN);
        runs.hurry();
        runs.awaitStopped();
        server.close();
        runs.awaitNone(Wait.LONG);
        runs.close();
        accessLog.removeHandler(handler);
    }

    /** What a server is made from. */
    public static final class Setup {
        private final List<String> command;
        private final Map<String, String> environment = new HashMap<>(System.getenv());
        private final List<PathPattern> paths = new ArrayList<>();
        private List<String> methods = List.of("GET", "POST", "PUT", "PATCH", "DELETE");
        private int flushBytes = 1;
        private Duration flushAfter = Duration.ofSeconds(1);
        private Duration heartbeat = Duration.ofSeconds(15);
        private String heartbeatText = "";
        private Duration statusWait = Duration.ofSeconds(1);
        private OnFailure onFailure = OnFailure.ABORT;
        private long maxBody = 1L << 30;
        private long maxSpool = 2L << 30;
        private RequestConfig.UploadMode uploads = RequestConfig.UploadMode.FILES;
        private Duration stalledAfter = Duration.ofSeconds(60);
        private int maxRuns = 64;
        private int queue;
        private final Set<String> hosts = new HashSet<>();
        private final List<Origin> origins = new ArrayList<>();
        private final List<Cidr> proxies = new ArrayList<>();
        private @Nullable String token;
        private @Nullable Path tokenFile;
        private @Nullable Path passwordFile;
        private @Nullable TlsFiles tls;
        private RequestConfig.Pace pace = new RequestConfig.Pace(Duration.ofSeconds(60), 16);
        private @Nullable Duration writeTimeout;
        private int maxConnections = 4096;
        private Duration killAfter = Duration.ofSeconds(5);
        private @Nullable Duration timeout;
        private @Nullable Duration idleTimeout;
        private RunSpec.Stderr stderr = RunSpec.Stderr.DROP;
        private @Nullable Path directory;

        private Setup(List<String> command) {
            this.command = command;
        }

        public Setup path(String pattern) {
            paths.add(PathPattern.parse(pattern));
            return this;
        }

        public Setup methods(String... names) {
            methods = List.of(names);
            return this;
        }

        public Setup flush(int bytes, Duration after) {
            flushBytes = bytes;
            flushAfter = after;
            return this;
        }

        public Setup heartbeat(Duration silence, String text) {
            heartbeat = silence;
            heartbeatText = text;
            return this;
        }

        public Setup statusWait(Duration time) {
            statusWait = time;
            return this;
        }

        public Setup onFailure(OnFailure how) {
            onFailure = how;
            return this;
        }

        public Setup maxBody(long bytes) {
            maxBody = bytes;
            return this;
        }

        public Setup maxSpool(long bytes) {
            maxSpool = bytes;
            return this;
        }

        public Setup uploads(RequestConfig.UploadMode how) {
            uploads = how;
            return this;
        }

        public Setup stalledAfter(Duration time) {
            stalledAfter = time;
            return this;
        }

        public Setup maxRuns(int number) {
            maxRuns = number;
            return this;
        }

        public Setup queue(int places) {
            queue = places;
            return this;
        }

        public Setup allowHost(String name) {
            hosts.add(name);
            return this;
        }

        public Setup allowOrigin(String origin) {
            origins.add(Origin.parse(origin).orElseThrow());
            return this;
        }

        public Setup trustProxy(String cidr) {
            proxies.add(Cidr.parse(cidr));
            return this;
        }

        public Setup token(String value) {
            token = value;
            return this;
        }

        public Setup tokenFile(Path file) {
            tokenFile = file;
            return this;
        }

        public Setup passwordFile(Path file) {
            passwordFile = file;
            return this;
        }

        public Setup tls(TlsFiles files) {
            tls = files;
            return this;
        }

        public Setup pace(Duration grace, long bytesPerSecond) {
            pace = new RequestConfig.Pace(grace, bytesPerSecond);
            return this;
        }

        public Setup writeTimeout(Duration time) {
            writeTimeout = time;
            return this;
        }

        public Setup maxConnections(int number) {
            maxConnections = number;
            return this;
        }

        public Setup killAfter(Duration time) {
            killAfter = time;
            return this;
        }

        public Setup timeout(Duration time) {
            timeout = time;
            return this;
        }

        public Setup idleTimeout(Duration time) {
            idleTimeout = time;
            return this;
        }

        public Setup stderr(RunSpec.Stderr where) {
            stderr = where;
            return this;
        }

        public Setup directory(Path path) {
            directory = path;
            return this;
        }

        public Setup env(String name, String value) {
            environment.put(name, value);
            return this;
        }

        /** Starts it. */
        public TestServer start() throws IOException {
            return new TestServer(this);
        }

        private ServerConfig config() {
            var flush = new FlushPolicy(flushBytes, flushAfter, heartbeat, heartbeatText);
            return new ServerConfig(
                    new ListenerConfig("127.0.0.1", 0, maxConnections, tls),
                    new AccessConfig(hosts, origins, proxies, token, tokenFile, passwordFile),
                    paths.isEmpty() ? List.of(PathPattern.parse("/")) : paths,
                    methods,
                    new ResponseConfig("text/plain; charset=utf-8", flush, statusWait, onFailure, writeTimeout),
                    new RequestConfig(maxBody, maxSpool, uploads, pace, stalledAfter));
        }

        private RunSpec spec() {
            return new RunSpec(
                    command,
                    directory,
                    environment,
                    new RunSpec.Stdin.Empty(),
                    stderr,
                    new RunSpec.Limits(timeout, idleTimeout));
        }
    }
}
