package streamer.process;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Output that a program has printed, but holds in a buffer of its own. Of programs that use C's stdio that is seen; of
 * some {@link Interpreter}s it is a guess.
 */
public final class HeldOutput {
    /** Programs with an option that has them write by lines. */
    private static final Map<String, String> OPTIONS = Map.of(
            "grep", "grep --line-buffered",
            "sed", "sed -u",
            "jq", "jq --unbuffered",
            "tcpdump", "tcpdump -l",
            "curl", "curl -N");

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
        if (!isLast && goesOn(before, now)) {
            return Optional.empty();
        }
        var interpreter = Interpreter.named(stage.program());
        return interpreter.isPresent()
                ? guess(interpreter.get(), stage, isLast, now.isInVainSince(before))
                : seen(stage, isLast, before, now);
    }

    /** Whether it has written something, or waits for the next one to take more. */
    private static boolean goesOn(Activity before, Activity now) {
        return now.hasWrittenSince(before)
                || before.waitsToWrite().orElse(false)
                || now.waitsToWrite().orElse(!now.isInVainSince(before));
    }

    private static Optional<String> guess(Interpreter interpreter, Stage stage, boolean isLast, boolean isInVain) {
        var isLive = stage.isAtTerminal() && interpreter.isLiveAtTerminal();
        if (isLive || !isInVain || !interpreter.mayHold(Long.toString(stage.pid()))) {
            return Optional.empty();
        }
        return Optional.of("is at work, but writes nothing: it may hold what it prints; cure: " + interpreter.cure()
                + (isLast && interpreter.isLiveAtTerminal() ? ", or --tty" : ""));
    }

    private static Optional<String> seen(Stage stage, boolean isLast, Activity before, Activity now) {
        var earlier = before.stdio();
        var held = now.stdio();
        if (earlier.isEmpty()
                || held.isEmpty()
                || earlier.get().bytes() <= 0
                || held.get().bytes() <= 0) {
            return Optional.empty();
        }
        var cures = cures(stage, isLast, held.get());
        return Optional.of(
                "holds " + held.get().bytes() + " bytes that it has printed; cure: " + String.join(", or ", cures));
    }

    private static List<String> cures(Stage stage, boolean isLast, StdioBuffer held) {
        if (held.isByLines()) { // an unfinished one
            return List.of("--unbuffer --env _STDBUF_O=0");
        }
        if (stage.isAtTerminal() || Proc.hasVariable(Long.toString(stage.pid()), LineBuffering.MODE)) {
            // It has asked for a buffer itself.
            return List.of("fflush(3)");
        }
        var cures = new ArrayList<String>();
        Optional.ofNullable(OPTIONS.get(stage.program())).ifPresent(cures::add);
        cures.add("--unbuffer");
        if (isLast) {
            cures.add("--tty");
        }
        return cures;
    }
}
