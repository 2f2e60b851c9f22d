package streamer.process;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a run launches, and within which limits.
 *
 * @param command the program and its arguments, passed as they are, without a shell
 * @param directory the command's working directory; null for streamer's own
 * @param environment the command's whole environment
 * @param stdin where its standard input comes from
 * @param stderr where its standard error goes
 * @param terminal the size of the pseudo-terminal that is its standard output; null for a pipe
 * @param limits its timeouts
 */
public record RunSpec(
        List<String> command,
        @Nullable Path directory,
        Map<String, String> environment,
        Stdin stdin,
        Stderr stderr,
        @Nullable TerminalSize terminal,
        Limits limits) {

    /** Defensive copies. */
    public RunSpec {
        if (command.isEmpty()) {
            throw new IllegalArgumentException("a command is needed");
        }
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
    }

    /** This command with more variables, which win over equal names, and another standard input. */
    public RunSpec with(Map<String, String> variables, Stdin input) {
        var all = new HashMap<>(environment);
        all.putAll(variables);
        return new RunSpec(command, directory, all, input, stderr, terminal, limits);
    }

    /** This command, with its standard error as log lines where it would stand among them. */
    public RunSpec withErrorLines() {
        return stderr == Stderr.LOG
                ? new RunSpec(command, directory, environment, stdin, Stderr.LINES, terminal, limits)
                : this;
    }

    /** Standard input: nothing, a pipe that the request's body is written to, or a file. */
    public sealed interface Stdin {
        /** End of file at once. */
        record Empty() implements Stdin {}

        /** A pipe. */
        record Pipe() implements Stdin {}

        /** A file, from its beginning. */
        record File(Path path) implements Stdin {}
    }

    /** Standard error: where it goes. */
    public enum Stderr {
        /** To streamer's own standard error. */
        LOG,
        /** To streamer's log, as log lines. */
        LINES,
        /** Into the output. */
        MERGE,
        /** To {@code /dev/null}. */
        DROP
    }

    /**
     * Timeouts; null for none.
     *
     * @param timeout how long the run may take
     * @param idleTimeout how long its output may be waited for
     */
    public record Limits(
            @Nullable Duration timeout, @Nullable Duration idleTimeout) {
        /** No limits. */
        public static final Limits NONE = new Limits(null, null);
    }
}
