package streamer.cli;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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
import streamer.http.request.Spool;
import streamer.http.response.ResponseConfig;
import streamer.kept.KeptRuns;
import streamer.process.ExecLauncher;
import streamer.process.LaunchException;
import streamer.process.RunSpec;
import streamer.redis.RedisConfig;
import streamer.run.Runs;

/** {@code streamer [options] [--] COMMAND [ARG…]}: serves the command over HTTP until a signal comes. */
@Command(
        name = "streamer",
        sortOptions = false,
        versionProvider = Usage.class,
        customSynopsis = "streamer [options] [--] COMMAND [ARG...]",
        synopsisHeading = "Usage: ",
        description = "Runs COMMAND for each HTTP request and streams what it writes, at once.%n")
public final class ServeCommand implements Callable<Integer> {
    private static final Logger LOG = System.getLogger(ServeCommand.class.getName());
    private static final Set<String> SUBCOMMANDS = Set.of(ProbeCommand.NAME, Completion.NAME);
    private static final Set<String> RESERVED_WORDS =
            Set.of("serve", "run", "runs", "help", ProbeCommand.NAME, Completion.NAME);
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

    @Mixin(name = "keep")
    private KeepOptions keep = new KeepOptions();

    @Mixin(name = "common")
    private CommonOptions common = new CommonOptions();

    @Parameters(paramLabel = "COMMAND", description = "The command and its arguments.")
    private List<String> command = new ArrayList<>();

    private ServeCommand(Map<String, String> environment) {
        this.environment = environment;
    }

    /** Class loading in the background, on another processor, while the arguments are parsed. */
    static void warmUp() {
        inBackground(StreamServer::warmUp);
    }

    private static void inBackground(Runnable task) {
        var thread = new Thread(task, "warm-up");
        thread.setDaemon(true);
        thread.start();
    }

    static CommandLine commandLine(Map<String, String> environment) {
        var line = new CommandLine(new ServeCommand(environment))
                .setStopAtPositional(true)
                .setExpandAtFiles(false)
                .registerConverter(
                        RequestConfig.UploadMode.class, new ChoiceConverter<>(RequestConfig.UploadMode.class))
                .registerConverter(
                        ResponseConfig.OnFailure.class, new ChoiceConverter<>(ResponseConfig.OnFailure.class))
                .registerConverter(StreamOptions.Page.class, new ChoiceConverter<>(StreamOptions.Page.class))
                .registerConverter(RunSpec.Stderr.class, new ChoiceConverter<>(RunSpec.Stderr.class))
                .registerConverter(Logging.LogFormat.class, new ChoiceConverter<>(Logging.LogFormat.class))
                .registerConverter(RedisConfig.Verify.class, new ChoiceConverter<>(RedisConfig.Verify.class))
                .registerConverter(Path.class, new FileConverter())
                .registerConverter(int.class, new NumberConverter());
        Usage.arrange(line);
        return line;
    }

    @Override
    public Integer call() throws Exception {
        Logging.configure(common.logFormat(), common.isVerbose());
        ExecLauncher.check();
        inBackground(ExecLauncher::warmUp);
        inBackground(() -> {
            Spool.removeAbandoned();
            KeptRuns.removeAbandoned();
        });
        return serve(plan());
    }

    /**
     * The value of all flags.
     *
     * @throws UsageException if a flag's value is not usable, or there is no command
     * @throws LaunchException if the command cannot be found or executed
     * @throws IOException if there is no terminal for it
     */
    ServePlan plan() throws LaunchException, IOException {
        checkCommand();
        var flags = new EnvironmentFlags(spec, environment);
        flags.unknown().forEach(line -> LOG.log(Level.WARNING, "{0}", line));
        var config = server.toConfig(
                flags.platformPort(), access.toAccess(flags.token()), access.toTls(), stream.toStream());
        var launch = run.toSpec(command, environment, flags.names());
        var kept = keep.toConfig();
        return new ServePlan(
                config,
                common.logFormat() == Logging.LogFormat.JSON ? launch.withErrorLines() : launch,
                run.maxRuns(),
                run.queue(),
                run.killAfter(),
                run.drain(),
                kept,
                keep.toStore(kept, command));
    }

    private int serve(ServePlan plan) throws IOException, InterruptedException {
        var threads = threads();
        var runs = plan.runs();
        var shutdown = new Shutdown(runs, plan.drain());
        Signals.handle(shutdown::signal);
        try (var kept = plan.kept();
                runs) {
            var http = start(plan, runs, kept, threads);
            announce(http, plan.http());
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
        if (isBare && RESERVED_WORDS.contains(command.get(0))) {
            var why = SUBCOMMANDS.contains(command.get(0))
                    ? "' is a subcommand, which stands before all options"
                    : "' is a word kept for later";
            throw new UsageException("'" + command.get(0) + why + "; to run a command of that name,"
                    + " use `--`: streamer -- " + command.get(0));
        }
    }

    /** Unbounded thread pool: runs are bounded, and each blocks a thread or two. */
    private static ExecutorService threads() {
        return new ThreadPoolExecutor(
                0, Integer.MAX_VALUE, IDLE_THREAD_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>());
    }

    private static StreamServer start(ServePlan plan, Runs runs, @Nullable KeptRuns kept, ExecutorService threads)
            throws IOException {
        var listen = plan.http().listener();
        try {
            return StreamServer.start(plan.http(), plan.run(), runs, kept, threads);
        } catch (FileException e) {
            throw e;
        } catch (UnknownHostException e) {
            throw new IOException("--host: " + listen.host() + ": unknown host", e);
        } catch (IOException e) {
            var why = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
            throw new IOException("cannot listen on " + listen.host() + " port " + listen.port() + ": " + why, e);
        }
    }

    private void announce(StreamServer http, ServerConfig config) {
        if (!http.isLocal() && !config.asksWho()) {
            LOG.log(
                    Level.WARNING,
                    "open to everyone who can reach this machine; STREAMER_TOKEN in the environment asks who they are,"
                            + " --host 127.0.0.1 keeps it to yourself");
        }
        var out = spec.commandLine().getOut();
        out.println("Listening on " + http.url());
        out.flush();
    }
}
