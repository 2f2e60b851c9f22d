package streamer.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The program behind {@code main}: parses arguments, executes {@link ServeCommand}, or the subcommand that the first
 * argument names, and returns an exit code. What only a subcommand needs is not loaded without it.
 */
public final class Program {
    /** What does not serve. */
    private static final Set<String> OTHERS =
            Set.of("-h", "--help", "-V", "--version", ProbeCommand.NAME, Completion.NAME);

    private Program() {}

    /** Runs the program with these arguments; returns its exit code. */
    public static int execute(String... arguments) {
        SystemProperties.set();
        Logging.hush();
        if (arguments.length > 0 && !OTHERS.contains(arguments[0])) {
            ServeCommand.warmUp();
        }
        return execute(
                List.of(arguments),
                System.getenv(),
                new PrintWriter(System.out, true, StandardCharsets.UTF_8),
                new PrintWriter(System.err, true, StandardCharsets.UTF_8));
    }

    static int execute(List<String> arguments, Map<String, String> environment, PrintWriter out, PrintWriter err) {
        var rest = arguments.subList(Math.min(1, arguments.size()), arguments.size());
        return switch (arguments.isEmpty() ? "" : arguments.get(0)) {
            case ProbeCommand.NAME -> ProbeCommand.execute(rest, environment, out, err);
            case Completion.NAME -> Completion.execute(rest, out, err);
            default -> serve(arguments, environment, out, err);
        };
    }

    private static int serve(
            List<String> arguments, Map<String, String> environment, PrintWriter out, PrintWriter err) {
        var line = ServeCommand.commandLine(environment).setOut(out).setErr(err);
        var flags = new EnvironmentFlags(line.getCommandSpec(), environment);
        var errors = new ErrorHandler(flags);
        line.setParameterExceptionHandler(errors).setExecutionExceptionHandler(errors);
        try {
            var expanded = ArgumentFile.expand(arguments, line.getCommandSpec());
            return line.execute(flags.addTo(expanded).toArray(String[]::new));
        } catch (UsageException e) {
            return ErrorHandler.usage(line, String.valueOf(e.getMessage()));
        }
    }
}
