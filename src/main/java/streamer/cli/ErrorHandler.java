package streamer.cli;

import java.io.IOException;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import streamer.run.LaunchException;

/** Error messages and exit codes: one line that says why the program cannot begin, and the code it ends with. */
final class ErrorHandler implements IParameterExceptionHandler, IExecutionExceptionHandler {
    static final int FAILURE = 1;
    static final int USAGE = 2;
    private static final int NOT_EXECUTABLE = 126;
    private static final int NOT_FOUND = 127;

    private final EnvironmentFlags environment;

    ErrorHandler(EnvironmentFlags environment) {
        this.environment = environment;
    }

    @Override
    public int handleParseException(ParameterException e, String[] arguments) {
        var option = e.getArgSpec() instanceof OptionSpec named ? named : null;
        return usage(e.getCommandLine().getErr(), e.getMessage() + from(option));
    }

    private String from(@Nullable OptionSpec option) {
        var source = environment.sourceOf(option);
        return source == null ? "" : " (from " + source + ")";
    }

    static int usage(PrintWriter err, String line) {
        return say(err, line + " (try: streamer --help)", USAGE);
    }

    @Override
    public int handleExecutionException(Exception e, CommandLine command, ParseResult parsed) throws Exception {
        var err = command.getErr();
        var line = String.valueOf(e.getMessage());
        if (e instanceof UsageException) {
            var option = command.getCommandSpec().findOption(line.replaceFirst(":.*", "")); // "--timeout: must be …"
            return usage(err, line + from(option));
        }
        if (e instanceof LaunchException launch) {
            return say(err, line, launch.kind() == LaunchException.Kind.NOT_FOUND ? NOT_FOUND : NOT_EXECUTABLE);
        }
        if (e instanceof IOException) {
            return say(err, line, FAILURE);
        }
        throw e;
    }

    private static int say(PrintWriter err, String message, int code) {
        err.println("streamer: " + message.replaceAll("\\p{Cntrl}", "?"));
        err.flush();
        return code;
    }
}
