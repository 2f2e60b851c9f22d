package streamer.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import streamer.process.ExecLauncher;
import streamer.process.Executable;
import streamer.process.LaunchException;
import streamer.process.RunSpec;
import streamer.process.TerminalSize;

/** The flags of a run: where and how the command is executed, and when it is stopped. */
final class RunOptions {
    private static final int MAX_QUEUE = 1_000_000;

    @Option(
            names = "--max-runs",
            paramLabel = "N",
            description =
                    "Runs at one time; one more waits in the queue, or gets 503. Default: 64, less where few processes"
                            + " or open files are allowed.")
    private int maxRuns = SystemLimits.defaultRuns();

    @Option(
            names = "--queue",
            paramLabel = "N",
            description = "Requests that wait in the queue for a run to end; one more gets 503. Default: 0.")
    private int queue;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            converter = TimeConverter.class,
            description = "Stop a run after this time. Default: none.")
    private @Nullable Duration timeout;

    @Option(
            names = "--idle-timeout",
            paramLabel = "TIME",
            converter = TimeConverter.class,
            description = "Stop a run after this much time spent waiting for its output. Default: none.")
    private @Nullable Duration idleTimeout;

    @Option(
            names = "--kill-after",
            paramLabel = "TIME",
            converter = TimeConverter.class,
            description = "Time between TERM and KILL when a run is stopped. Default: 5s.")
    private Duration killAfter = Duration.ofSeconds(5);

    @Option(
            names = "--drain",
            paramLabel = "TIME",
            converter = TimeConverter.class,
            description = "Time that running streams get, after a SIGTERM to streamer alone, before they are stopped."
                    + " Default: 20s.")
    private Duration drain = Duration.ofSeconds(20);

    @Option(
            names = "--stderr",
            paramLabel = "log|lines|merge|drop",
            description = "The command's standard error: to streamer's own, as lines of its log, into the stream, or"
                    + " nowhere. Default: log, which is lines with --log-format json; merge with --tty.")
    private RunSpec.@Nullable Stderr stderr;

    @Option(
            names = "--tty",
            paramLabel = "COLSxROWS",
            arity = "0..1",
            fallbackValue = TerminalSizeConverter.DEFAULT,
            converter = TerminalSizeConverter.class,
            preprocessor = TerminalSizeConverter.class,
            description = "The command's standard output and error are a terminal of this size, 120x40 if none is"
                    + " given: programs write by lines, with colours. Default: a pipe.")
    private @Nullable TerminalSize terminal;

    @Option(
            names = "--unbuffer",
            description = "The command's programs that use C's stdio write by lines, to files too, as by stdbuf -oL.")
    private boolean isUnbuffered;

    @Option(names = "--cwd", paramLabel = "DIR", description = "The command's directory. Default: streamer's own.")
    private @Nullable Path directory;

    @Option(
            names = "--env",
            paramLabel = "NAME=VALUE",
            description = "One more variable in the command's environment. May be given again.")
    private List<String> environment = new ArrayList<>();

    int maxRuns() {
        if (maxRuns < 1) {
            throw new UsageException("--max-runs: must be at least 1");
        }
        return maxRuns;
    }

    int queue() {
        if (queue < 0 || queue > MAX_QUEUE) {
            throw new UsageException("--queue: must be from 0 to " + MAX_QUEUE);
        }
        return queue;
    }

    Duration killAfter() {
        return killAfter;
    }

    Duration drain() {
        return drain;
    }

    /**
     * The value of these flags.
     *
     * @param inherited streamer's own environment
     * @param dropped the variables of it that the command does not get
     * @throws UsageException if a flag's value is not usable
     * @throws LaunchException if the command cannot be found or executed
     * @throws IOException if there is no terminal for it
     */
    RunSpec toSpec(List<String> command, Map<String, String> inherited, Set<String> dropped)
            throws LaunchException, IOException {
        if (directory != null && !Files.isDirectory(directory)) {
            throw new UsageException("--cwd: " + directory + ": no such directory");
        }
        var errors = errors();
        var variables = new CommandEnvironment(inherited, dropped);
        if (terminal != null) {
            checkTerminal(terminal);
            variables.describeTerminal();
        }
        variables.add(environment, isUnbuffered);
        var found = new ArrayList<>(command);
        found.set(0, Executable.find(command.get(0), variables.searchPath(), directory));
        return new RunSpec(
                found,
                directory,
                variables.variables(),
                new RunSpec.Stdin.Empty(),
                errors,
                terminal,
                new RunSpec.Limits(
                        TimeConverter.positive("--timeout", timeout),
                        TimeConverter.positive("--idle-timeout", idleTimeout)));
    }

    /** Where standard error goes: a terminal has it too, in the order written. */
    private RunSpec.Stderr errors() {
        if (terminal == null) {
            return stderr == null ? RunSpec.Stderr.LOG : stderr;
        }
        if (stderr != null && stderr != RunSpec.Stderr.MERGE) {
            throw new UsageException(
                    "--tty: standard output and error are one terminal, so not with --stderr "
                            + stderr.name().toLowerCase(Locale.ROOT),
                    "--stderr");
        }
        return RunSpec.Stderr.MERGE;
    }

    private static void checkTerminal(TerminalSize size) throws IOException {
        var why = ExecLauncher.whyNoTerminal();
        if (why != null) {
            throw new UsageException("--tty: " + why);
        }
        try {
            ExecLauncher.checkTerminal(size);
        } catch (IOException e) {
            throw new IOException("--tty: " + e.getMessage(), e);
        }
    }
}
