package streamer.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;
import streamer.http.access.FileException;
import streamer.probe.Text;
import streamer.process.LaunchException;

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
        return usage(e.getCommandLine(), line(e, option) + from(option));
    }

    private static String line(ParameterException e, @Nullable OptionSpec option) {
        if (e instanceof UnmatchedArgumentException unknown) {
            return unknown(unknown);
        }
        if (e instanceof OverwrittenOptionException twice && twice.getOverwritten() instanceof OptionSpec named) {
            return named.longestName() + ": given twice";
        }
        if (e instanceof MissingParameterException missing
                && missing.getMissing().get(0).isPositional()) {
            return "no " + missing.getMissing().get(0).paramLabel() + " given";
        }
        if (e instanceof MissingParameterException missing
                && missing.getMissing().get(0) instanceof OptionSpec named) {
            return named.longestName() + ": needs a value, " + named.paramLabel();
        }
        return option != null && e.getCause() instanceof TypeConversionException bad
                ? option.longestName() + ": " + bad.getMessage()
                : String.valueOf(e.getMessage());
    }

    private static String unknown(UnmatchedArgumentException e) {
        var name = e.getUnmatched().get(0).replaceFirst("=.*", "");
        if (!name.startsWith("-")) {
            return name + ": one argument too many";
        }
        var flags = e.getCommandLine().getCommandSpec().options().stream()
                .map(OptionSpec::longestName)
                .toList();
        return name + ": no such option"
                + Spelling.nearest(name, flags)
                        .map(nearest -> "; did you mean " + nearest + "?")
                        .orElse("");
    }

    private String from(@Nullable OptionSpec option) {
        var source = environment.sourceOf(option);
        return source == null ? "" : " (from " + source + ")";
    }

    static int usage(CommandLine command, String line) {
        return say(command.getErr(), line + " (try: " + command.getCommandName() + " --help)", USAGE);
    }

    @Override
    public int handleExecutionException(Exception e, CommandLine command, ParseResult parsed) throws Exception {
        var err = command.getErr();
        var line = String.valueOf(e.getMessage());
        if (e instanceof UsageException unusable) { // "--timeout: must be …"
            var flags = Stream.concat(Stream.of(line.replaceFirst(":.*", "")), unusable.others().stream());
            var sources = flags.map(flag -> from(command.getCommandSpec().findOption(flag)));
            return usage(command, line + sources.collect(Collectors.joining()));
        }
        if (e instanceof LaunchException launch) {
            return say(err, line, launch.kind() == LaunchException.Kind.NOT_FOUND ? NOT_FOUND : NOT_EXECUTABLE);
        }
        if (e instanceof FileException missing) {
            return say(err, flagOf(missing.file(), command) + line, FAILURE);
        }
        if (e instanceof IOException) {
            return say(err, line, FAILURE);
        }
        throw e;
    }

    /** The flag that names a file, as the beginning of a line; empty if none does. */
    private static String flagOf(Path file, CommandLine command) {
        return command.getCommandSpec().options().stream()
                .filter(option -> file.equals(option.getValue()))
                .map(option -> option.longestName() + ": ")
                .findFirst()
                .orElse("");
    }

    /** Prints a line, of which nothing that is not printable gets to a terminal; returns the exit code. */
    static int say(PrintWriter err, String message, int code) {
        err.println("streamer: " + Text.printable(message));
        err.flush();
        return code;
    }
}
