package streamer.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.lang.System.Logger.Level;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import streamer.http.ServerConfig;
import streamer.http.StreamServer;
import streamer.http.access.FileException;
import streamer.http.request.RequestConfig;
import streamer.http.response.ResponseConfig;
import streamer.run.RunSpec;
import streamer.run.Runs;

/** {@code streamer [options] [--] COMMAND [ARG…]}: puts the command on HTTP until a signal comes. */
@Command(
        name = "streamer",
        sortOptions = false,
        versionProvider = Usage.class,
        customSynopsis = "streamer [options] [--] COMMAND [ARG...]",
        synopsisHeading = "Usage: ",
        description = "Runs COMMAND for each HTTP request and streams what it writes, at once.%n")
public final class ServeCommand implements Callable<Integer> {
    private static final Set<String> KEPT_FOR_LATER = Set.of("serve", "run", "runs", "probe", "completion", "help");
    private static final int IDLE_THREAD_SECONDS = 5;

    private final Map<String, String> environment;

    @Spec
    private CommandSpec spec;

    @Mixin(name = "server")
    private ServerOptions server = new ServerOptions();

    @Mixin(name = "access")
    private AccessOptions access = new AccessOptions();

    @Mixin(name = "stream")
    private StreamOptions stream = new StreamOptions();

    @Mixin(name = "run")
    private RunOptions run = new RunOptions();

    @Mixin(name = "common")
    private CommonOptions common = new CommonOptions();

    @Parameters(paramLabel = "COMMAND", description = "The command and its arguments.")
    private List<String> command = new ArrayList<>();

    private ServeCommand(Map<String, String> environment) {
        this.environment = environment;
    }

    /** Runs the program with these arguments; returns its exit code. */
    public static int execute(String... arguments) {
        warmUp();
        return execute(
                List.of(arguments),
                System.getenv(),
                new PrintWriter(System.out, true, StandardCharsets.UTF_8),
                new PrintWriter(System.err, true, StandardCharsets.UTF_8));
    }

    /** Finding out what is wanted takes one processor as long as loading what does it takes another. */
    private static void warmUp() {
        Logging.hush();
        for (var part : List.<Runnable>of(StreamServer::warmUp, Runs::warmUp)) {
            var thread = new Thread(part, "warm-up");
            thread.setDaemon(true);
            thread.start();
        }
    }

    static int execute(List<String> arguments, Map<String, String> environment, PrintWriter out, PrintWriter err) {
        var line = commandLine(environment).setOut(out).setErr(err);
        var flags = new EnvironmentFlags(line.getCommandSpec(), environment);
        var errors = new ErrorHandler(flags);
        line.setParameterExceptionHandler(errors).setExecutionExceptionHandler(errors);
        try {
            var expanded = ArgumentFile.expand(arguments, line.getCommandSpec());
            return line.execute(flags.addTo(expanded).toArray(String[]::new));
        } catch (UsageException e) {
            return ErrorHandler.usage(err, String.valueOf(e.getMessage()));
        }
    }

    static CommandLine commandLine(Map<String, String> environment) {
        var line = new CommandLine(new ServeCommand(environment))
                .setStopAtPositional(true)
                .setExpandAtFiles(false)
                .registerConverter(
                        RequestConfig.UploadMode.class, new ChoiceConverter<>(RequestConfig.UploadMode.class))
                .registerConverter(
                        ResponseConfig.OnFailure.class, new ChoiceConverter<>(ResponseConfig.OnFailure.class))
                .registerConverter(RunSpec.Stderr.class, new ChoiceConverter<>(RunSpec.Stderr.class))
                .registerConverter(Logging.LogFormat.class, new ChoiceConverter<>(Logging.LogFormat.class));
        var groups = new LinkedHashMap<String, String>();
        groups.put("server", "Server");
        groups.put("access", "Access");
        groups.put("stream", "Stream");
        groups.put("run", "Runs");
        groups.put("common", "Other");
        Usage.arrange(line, groups);
        return line;
    }

    @Override
    public Integer call() throws Exception {
        Logging.configure(common.logFormat(), common.isVerbose());
        checkCommand();
        var flags = new EnvironmentFlags(spec, environment);
        var config = server.toConfig(
                flags.hasPort() ? "0.0.0.0" : "127.0.0.1",
                access.toAccess(flags.token()),
                access.toTls(),
                stream.toStream());
        var runSpec = run.toSpec(command, environment, flags.names());
        var threads = threads();
        var runs = new Runs(run.maxRuns(), run.queue(), run.killAfter());
        var shutdown = new Shutdown(runs, run.drain());
        Signals.handle(shutdown::signal);
        try (runs) {
            var http = start(config, runSpec, runs, threads);
            announce(http, config);
            return shutdown.await(http);
        }
    }

    private void checkCommand() {
        if (command.isEmpty()) {
            throw new UsageException("no command given");
        }
        var arguments = spec.commandLine().getParseResult().originalArgs();
        var before = arguments.size() - command.size() - 1;
        var isBare = before < 0 || !arguments.get(before).equals("--");
        if (isBare && KEPT_FOR_LATER.contains(command.get(0))) {
            throw new UsageException("'" + command.get(0) + "' is a word kept for later; to run a command of that name,"
                    + " use `--`: streamer -- " + command.get(0));
        }
    }

    /** As many as there are runs: they are bounded, and theirs wait. */
    private static ExecutorService threads() {
        return new ThreadPoolExecutor(
                0, Integer.MAX_VALUE, IDLE_THREAD_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>());
    }

    private static StreamServer start(ServerConfig config, RunSpec spec, Runs runs, ExecutorService threads)
            throws IOException {
        try {
            return StreamServer.start(config, spec, runs, threads);
        } catch (FileException e) {
            throw e;
        } catch (UnknownHostException e) {
            throw new IOException("--host: " + config.listener().host() + ": unknown host", e);
        } catch (IOException e) {
            var why = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
            var listen = config.listener();
            throw new IOException("cannot listen on " + listen.host() + " port " + listen.port() + ": " + why, e);
        }
    }

    private void announce(StreamServer http, ServerConfig config) {
        if (!http.isLocal() && !config.asksWho() && isTerminal()) {
            System.getLogger(ServeCommand.class.getName())
                    .log(
                            Level.WARNING,
                            "open to everyone who can reach this machine; --host 127.0.0.1 keeps it to yourself");
        }
        var out = spec.commandLine().getOut();
        out.println("Listening on " + http.url());
        out.flush();
    }

    /** Whether somebody sits before it; {@link System#console()} would load a line editor to find out. */
    private static boolean isTerminal() {
        try {
            var device = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
            return device.startsWith("/dev/pts/") || device.startsWith("/dev/tty");
        } catch (IOException e) { // no /proc here
            return false;
        }
    }
}
