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
 * @param input what its standard input is
 * @param output what its standard output is
 */
public record Stage(long pid, String input, String output) {
    private static final int STDIN = 0;
    private static final int STDOUT = 1;

    /**
     * Those of a process and its descendants that write to an output, or to pipes that lead there through others'
     * standard input and output; not those whose output is taken for something else. None where there is no {@code
     * /proc}.
     *
     * @param root the process's id
     * @param output its {@link OutputPipe#name}
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
            to.add(new Stage(
                    Long.parseLong(process), Proc.descriptor(process, STDIN), Proc.descriptor(process, STDOUT)));
        } catch (IOException e) {
            // It has exited, is another user's, or has closed one.
        }
    }

    private static List<Stage> take(List<Stage> from, Set<String> outputs) {
        var found =
                from.stream().filter(stage -> outputs.contains(stage.output())).toList();
        from.removeAll(found);
        found.stream()
                .map(Stage::input)
                .filter(input -> input.startsWith("pipe:"))
                .forEach(outputs::add);
        return found;
    }
}
