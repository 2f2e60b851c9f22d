package streamer.process;

import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Output that a program has printed, but holds in a buffer of its own. Of programs that use C's stdio that is seen, of
 * others it is a guess: they work, but write nothing.
 */
public final class HeldOutput {
    /** Programs with an option that has them write by lines. */
    private static final Map<String, String> OPTIONS = Map.of(
            "grep", "grep --line-buffered",
            "sed", "sed -u",
            "jq", "jq --unbuffered",
            "tcpdump", "tcpdump -l",
            "curl", "curl -N");

    private static final String FOR_STDIO = "--unbuffer";
    private static final String FOR_UNFINISHED_LINES = "--unbuffer --env _STDBUF_O=0";

    private HeldOutput() {}

    /**
     * Looks for it in a run that has been silent for long.
     *
     * @param output the run's output, by {@link OutputPipe#name}
     * @param before what the process had done some seconds ago
     * @param now what it has done since
     * @return what it holds, and what cures that; empty if it does not seem to hold anything
     */
    public static Optional<String> find(Stage stage, String output, Activity before, Activity now) {
        var isLast = stage.output().equals(output);
        if (now.hasWrittenSince(before) && !isLast) { // it is not held up
            return Optional.empty();
        }
        var interpreter = Interpreter.named(now.program());
        return interpreter.isPresent()
                ? guess(interpreter.get(), stage, isLast, before, now)
                : seen(isLast, before, now);
    }

    private static Optional<String> guess(
            Interpreter interpreter, Stage stage, boolean isLast, Activity before, Activity now) {
        var isAtTerminal = stage.output().startsWith("/dev/pts/") && interpreter.isLiveAtTerminal();
        var process = Long.toString(stage.pid());
        return !isAtTerminal && isAtWork(before, now) && interpreter.mayHold(process)
                ? Optional.of("works, but writes nothing; what it has printed, it holds; cure: " + interpreter.cure()
                        + (isLast && interpreter.isLiveAtTerminal() ? ", or --tty" : ""))
                : Optional.empty();
    }

    private static boolean isAtWork(Activity before, Activity now) {
        return now.isBusySince(before) && !now.hasWrittenSince(before);
    }

    private static Optional<String> seen(boolean isLast, Activity before, Activity now) {
        var option = OPTIONS.get(now.program());
        if (before.stdio().isEmpty() || now.stdio().isEmpty()) {
            return option != null && isAtWork(before, now)
                    ? Optional.of("works, but writes nothing; what it has printed, it holds; cure: " + option)
                    : Optional.empty();
        }
        if (before.stdio().get().bytes() <= 0 || now.stdio().get().bytes() <= 0) {
            return Optional.empty();
        }
        var holds = "holds " + now.stdio().get().bytes() + " bytes that it has printed; cure: ";
        if (now.stdio().get().isByLines()) { // an unfinished line
            return Optional.of(holds + FOR_UNFINISHED_LINES);
        }
        return Optional.of(holds
                + Stream.of(option, FOR_STDIO, isLast ? "--tty" : null)
                        .filter(Objects::nonNull)
                        .collect(Collectors.joining(", or ")));
    }
}
