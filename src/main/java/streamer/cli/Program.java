package streamer.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The program behind {@code main}: parses arguments, executes {@link ServeCommand} and returns an exit code. A further
 * subcommand would be chosen here, by its name as the first argument.
 */
public final class Program {
    private static final Set<String> HELP_OR_VERSION = Set.of("-h", "--help", "-V", "--version");

    private Program() {}

    /** Runs the program with these arguments; returns its exit code. */
    public static int execute(String... arguments) {
        SystemProperties.set();
        Logging.hush();
        if (arguments.length > 0 && !HELP_OR_VERSION.contains(arguments[0])) {
            ServeCommand.warmUp();
        }
        return execute(
                List.of(arguments),
                System.getenv(),
                new PrintWriter(System.out, true, StandardCharsets.UTF_8),
                new PrintWriter(System.err, true, StandardCharsets.UTF_8));
    }

    static int execute(List<String> arguments, Map<String, String> environment, PrintWriter out, PrintWriter err) {
        var line = ServeCommand.commandLine(environment).setOut(out).setErr(err);
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
}
