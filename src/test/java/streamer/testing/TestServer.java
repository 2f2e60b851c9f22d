package streamer.testing;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import streamer.cli.TestPlan;
import streamer.http.ServerConfig;
import streamer.http.StreamServer;
import streamer.http.listener.TlsFiles;
import streamer.http.request.RequestConfig;
import streamer.http.request.RequestConfig.Pace;
import streamer.http.request.RequestConfig.UploadMode;
import streamer.http.response.ResponseConfig.OnFailure;
import streamer.kept.KeptRuns;
import streamer.output.Ending.Reason;
import streamer.process.LaunchException;
import streamer.process.RunSpec;
import streamer.run.Runs;

/** In-process server on a free port, with its access lines. */
public final class TestServer implements AutoCloseable {
    private final Runs runs;
    private final @Nullable KeptRuns kept;
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

    private TestServer(TestPlan plan) throws IOException {
        accessLog.setUseParentHandlers(false);
        accessLog.addHandler(handler);
        runs = plan.runs();
        kept = plan.kept();
        try {
            server = StreamServer.start(plan.http(), plan.run(), runs, kept, threads);
        } catch (IOException e) {
            closePlan();
            throw e;
        }
    }

    private void closePlan() {
        runs.close();
        if (kept != null) {
            kept.close();
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

    /** Stops all runs and closes the server, as after a signal. */
    public void shutDown() {
        runs.stopAll(Reason.SHUTDOWN);
        runs.killNow();
        runs.awaitStopped();
        server.close();
    }

    @Override
    public void close() {
        shutDown();
        runs.awaitNone(Wait.LONG);
        closePlan();
        accessLog.removeHandler(handler);
    }

    /** What a server is made from: flags, as the command line has them, and what no flag can say. */
    public static final class Setup {
        private final List<String> command;
        private final Map<String, String> environment = new HashMap<>(System.getenv());
        private final Map<String, String> flags =
                new LinkedHashMap<>(Map.of("--host", "127.0.0.1", "--port", "0", "--stderr", "drop"));
        private final List<String> repeatable = new ArrayList<>();
        private @Nullable Duration stalledAfter;
        private @Nullable Duration bodyGrace;

        private Setup(List<String> command) {
            this.command = command;
        }

        private Setup flag(String name, Object value) {
            flags.put(name, value instanceof Duration time ? time.toMillis() + "ms" : value.toString());
            return this;
        }

        private Setup more(String name, String value) {
            repeatable.add(name + "=" + value);
            return this;
        }

        public Setup path(String pattern) {
            return more("--path", pattern);
        }

        public Setup methods(String... names) {
            return flag("--methods", String.join(",", names));
        }

        public Setup flush(int bytes, Duration after) {
            return flag("--flush-bytes", bytes).flag("--flush-after", after);
        }

        public Setup heartbeat(Duration silence, String text) {
            return flag("--heartbeat", silence).flag("--heartbeat-text", text);
        }

        public Setup page(boolean isOn) {
            return flag("--page", isOn ? "on" : "off");
        }

        /** Media type of the plain stream. */
        public Setup contentType(String type) {
            return flag("--content-type", type);
        }

        public Setup statusWait(Duration time) {
            return flag("--status-wait", time);
        }

        public Setup onFailure(OnFailure how) {
            return flag("--on-failure", word(how));
        }

        private static String word(Enum<?> choice) {
            return choice.name().toLowerCase(Locale.ROOT);
        }

        public Setup maxBody(long bytes) {
            return flag("--max-body", bytes);
        }

        public Setup maxSpool(long bytes) {
            return flag("--max-spool", bytes);
        }

        public Setup uploads(UploadMode how) {
            return flag("--uploads", word(how));
        }

        /** What no flag can say. */
        public Setup stalledAfter(Duration time) {
            stalledAfter = time;
            return this;
        }

        public Setup maxRuns(int number) {
            return flag("--max-runs", number);
        }

        public Setup queue(int places) {
            return flag("--queue", places);
        }

        public Setup keep(Duration time) {
            return flag("--keep", time.toMillis() + "ms");
        }

        public Setup share() {
            flags.put("--share", "true");
            return this;
        }

        public Setup unwatched(Duration time) {
            return flag("--unwatched", time.toMillis() + "ms");
        }

        public Setup keepBytes(long bytes) {
            return flag("--keep-bytes", Long.toString(bytes));
        }

        public Setup keepTotal(long bytes) {
            return flag("--keep-total", Long.toString(bytes));
        }

        public Setup keepDir(Path directory) {
            return flag("--keep-dir", directory.toString());
        }

        /** Where several servers have their kept runs together. */
        public Setup store(String url) {
            return flag("--store", url);
        }

        public Setup openList() {
            return flag("--open-list", true);
        }

        public Setup allowHost(String name) {
            return more("--allow-host", name);
        }

        public Setup allowOrigin(String origin) {
            return more("--allow-origin", origin);
        }

        public Setup trustProxy(String cidr) {
            return more("--trust-proxy", cidr);
        }

        public Setup token(String value) {
            environment.put("STREAMER_TOKEN", value);
            return flag("--token", value);
        }

        public Setup tokenFile(Path file) {
            return flag("--token-file", file);
        }

        public Setup passwordFile(Path file) {
            return flag("--basic-auth-file", file);
        }

        public Setup tls(TlsFiles files) {
            if (files.clientAuthority() != null) {
                flag("--tls-client-ca", files.clientAuthority());
            }
            return flag("--tls-cert", files.certificate()).flag("--tls-key", files.key());
        }

        /** The grace is what no flag can say. */
        public Setup pace(Duration grace, long bytesPerSecond) {
            bodyGrace = grace;
            return flag("--min-body-rate", bytesPerSecond);
        }

        public Setup writeTimeout(Duration time) {
            return flag("--write-timeout", time);
        }

        public Setup maxConnections(int number) {
            return flag("--max-connections", number);
        }

        public Setup killAfter(Duration time) {
            return flag("--kill-after", time);
        }

        public Setup timeout(Duration time) {
            return flag("--timeout", time);
        }

        public Setup idleTimeout(Duration time) {
            return flag("--idle-timeout", time);
        }

        public Setup stderr(RunSpec.Stderr where) {
            return flag("--stderr", word(where));
        }

        /** Its standard error is there too. */
        public Setup tty(String size) {
            flags.put("--stderr", "merge");
            return flag("--tty", size);
        }

        public Setup unbuffer() {
            return flag("--unbuffer", true);
        }

        public Setup directory(Path path) {
            return flag("--cwd", path);
        }

        public Setup env(String name, String value) {
            environment.put(name, value);
            return this;
        }

        /** Starts it. */
        public TestServer start() throws IOException {
            if (Boolean.getBoolean("streamer.tty") && !flags.containsKey("--tty")) { // to see that all is as without
                tty("80x24");
            }
            if (Boolean.getBoolean("streamer.keep") && !flags.containsKey("--keep")) { // likewise
                keep(Duration.ofHours(1));
            }
            var all = new ArrayList<>(repeatable);
            flags.forEach((name, value) -> all.add(name + "=" + value));
            try {
                return new TestServer(impatient(TestPlan.of(all, command, environment)));
            } catch (LaunchException e) {
                throw new IOException(e);
            }
        }

        private TestPlan impatient(TestPlan plan) {
            var http = plan.http();
            var request = http.request();
            var pace = new Pace(
                    bodyGrace == null ? request.pace().grace() : bodyGrace,
                    request.pace().bytesPerSecond());
            var limits = new RequestConfig(
                    request.maxBytes(),
                    request.maxSpoolBytes(),
                    request.uploads(),
                    pace,
                    stalledAfter == null ? request.stalledAfter() : stalledAfter);
            var config = new ServerConfig(
                    http.listener(), http.access(), http.paths(), http.methods(), http.response(), limits);
            return new TestPlan(config, plan.run(), plan.runs(), plan.kept());
        }
    }
}
