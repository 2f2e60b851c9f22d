package streamer.process;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A process in a pipeline.
 *
 * @param pid its id
 * @param program the name of the file that it executes, which for a script is the interpreter
 * @param input what its standard input is; empty if it has none
 * @param output what its standard output is
 */
public record Stage(long pid, String program, String input, String output) {
    private static final int STDIN = 0;
    private static final int STDOUT = 1;

    /** Programs that write at the end of their input, or by large blocks of it, whatever comes before them. */
    private static final Set<String> TAKE_ALL = Set.of(
            "sort",
            "wc",
            "tac",
            "tail",
            "shuf",
            "column",
            "base64",
            "gzip",
            "bzip2",
            "xz",
            "zstd",
            "md5sum",
            "sha1sum",
            "sha256sum",
            "sha512sum",
            "cksum");

    /**
     * Those of a process and its descendants that write to an output, or to pipes that lead there through others'
     * standard input and output; not those whose output is taken for something else. None where there is no {@code
     * /proc}.
     *
     * @param output its {@link OutputPipe#name}
     * @param root the process's id
     */
    public static List<Stage> leadingTo(String output, long root) {
        var others = new ArrayList<Stage>();
        var pending = new ArrayDeque<>(List.of(Long.toString(root)));
        while (!pending.isEmpty()) { // by descent alone: a look at all processes would cost more than it tells
            var process = pending.remove();
            add(process, others);
            pending.addAll(Proc.children(process));
        }
        var outputs = new HashSet<>(Set.of(output));
        var stages = new ArrayList<Stage>();
        for (var found = take(others, outputs); !found.isEmpty(); found = take(others, outputs)) {
            stages.addAll(found);
        }
        return stages;
    }

    private static void add(String process, List<Stage> to) {
        try {
            var output = Proc.descriptor(process, STDOUT);
            to.add(new Stage(Long.parseLong(process), Proc.program(process), input(process), output));
        } catch (IOException e) {
            // It has exited, is another user's, or has no output.
        }
    }

    private static String input(String process) {
        try {
            return Proc.descriptor(process, STDIN);
        } catch (IOException e) {
            return "";
        }
    }

    private static List<Stage> take(List<Stage> from, Set<String> outputs) {
        var found =
                from.stream().filter(stage -> outputs.contains(stage.output())).toList();
        from.removeAll(found);
        found.stream().filter(Stage::passesOn).map(Stage::input).forEach(outputs::add);
        return found;
    }

    private boolean passesOn() {
        return input.startsWith("pipe:") && !TAKE_ALL.contains(program);
    }

    /** Whether its output is a terminal. */
    boolean isAtTerminal() {
        return output.startsWith("/dev/pts/");
    }
}
