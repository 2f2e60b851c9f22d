package streamer.process;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A process as {@code /proc/PID/stat} has it ({@code proc(5)}).
 *
 * @param name the name of its program, at most 15 bytes
 * @param state its state
 * @param parent its parent's id
 * @param group its process group
 * @param session its session
 * @param terminal its controlling terminal's device; 0 if it has none
 */
record ProcessStat(String name, char state, long parent, long group, long session, long terminal) {
    private static final Pattern LINE =
            Pattern.compile("(?s)\\d+ \\((.*)\\) (\\S) (\\d+) (\\d+) (\\d+) (-?\\d+) .*"); // a name may have ") " in it

    /** Parses the file; empty if it is, as that of a process that has just exited. */
    static Optional<ProcessStat> parse(String text) {
        var fields = LINE.matcher(text);
        return fields.matches()
                ? Optional.of(new ProcessStat(
                        fields.group(1),
                        fields.group(2).charAt(0),
                        Long.parseLong(fields.group(3)),
                        Long.parseLong(fields.group(4)),
                        Long.parseLong(fields.group(5)),
                        Long.parseLong(fields.group(6))))
                : Optional.empty();
    }

    /** Whether it has exited: a zombie, or dead. */
    boolean hasExited() {
        return state == 'Z' || state == 'X';
    }
}
