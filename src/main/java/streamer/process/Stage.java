package streamer.process;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A process in a pipeline.
 *
 * @param process the process
 * @param input what its standard input is
 * @param output what its standard output is
 */
public record Stage(ProcessHandle process, String input, String output) {
    private static final int STDIN = 0;
    private static final int STDOUT = 1;

    /**
     * Those of some processes that write to an output, or to pipes that lead there through others' standard input and
     * output; not those whose output is taken for something else.
     *
     * @param output its {@link OutputPipe#name}
     */
    public static List<Stage> leadingTo(String output, Collection<ProcessHandle> processes) {
        var others = new ArrayList<Stage>();
        processes.forEach(process -> add(process, others));
        var outputs = new HashSet<>(Set.of(output));
        var stages = new ArrayList<Stage>();
        for (var found = take(others, outputs); !found.isEmpty(); found = take(others, outputs)) {
            stages.addAll(found);
        }
        return stages;
    }

    private static void add(ProcessHandle process, List<Stage> to) {
        try {
            var pid = Long.toString(process.pid());
            to.add(new Stage(process, Proc.descriptor(pid, STDIN), Proc.descriptor(pid, STDOUT)));
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
