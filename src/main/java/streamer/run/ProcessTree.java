package streamer.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * One look at all processes, to find those of a run: its descendants and, on Linux, all that carry its id in their
 * environment ({@code proc(5)}), wherever they have been reparented to. Elsewhere the descendants are all that is seen.
 */
final class ProcessTree {
    private static final Pattern MARKED = Pattern.compile("(?:^|\0)" + Run.MARKER + "=([0-9a-f]{32})(?:\0|$)");
    private static final Path PROC = Path.of("/proc");

    private final Map<Long, List<ProcessHandle>> byParent = new HashMap<>();
    private final Map<String, List<ProcessHandle>> byRun = new HashMap<>();

    private ProcessTree() {}

    /**
     * Looks at all processes there are now.
     *
     * @throws RuntimeException if they cannot be seen, say for want of descriptors
     */
    static ProcessTree look() {
        var tree = new ProcessTree();
        ProcessHandle.allProcesses().forEach(tree::add);
        return tree;
    }

    private void add(ProcessHandle handle) {
        handle.parent().ifPresent(parent -> add(byParent, parent.pid(), handle));
        var matcher = MARKED.matcher(read(handle, "environ"));
        if (matcher.find()) {
            add(byRun, matcher.group(1), handle);
        }
    }

    private static <K> void add(Map<K, List<ProcessHandle>> map, K key, ProcessHandle handle) {
        map.computeIfAbsent(key, any -> new ArrayList<>()).add(handle);
    }

    /**
     * The live processes of a run.
     *
     * @param run its id
     * @param known processes of it: the one that was launched, and those of earlier looks, since one of them may have
     *     cleaned its environment and lost its parent
     */
    Set<ProcessHandle> of(String run, Collection<ProcessHandle> known) {
        var found = new LinkedHashSet<ProcessHandle>();
        var todo = new ArrayDeque<>(known);
        todo.addAll(byRun.getOrDefault(run, List.of()));
        while (!todo.isEmpty()) {
            var handle = todo.remove();
            if (isRunning(handle) && found.add(handle)) {
                todo.addAll(byParent.getOrDefault(handle.pid(), List.of()));
            }
        }
        return found;
    }

    /** Whether it still executes; a zombie, which only waits for its parent, does not. */
    private static boolean isRunning(ProcessHandle handle) {
        var stat = read(handle, "stat"); // first: without descriptors nothing would seem to be alive
        if (!handle.isAlive()) {
            return false;
        }
        var state = stat.lastIndexOf(") ") + 2;
        return state < 2 || state >= stat.length() || "ZX".indexOf(stat.charAt(state)) < 0;
    }

    private static String read(ProcessHandle handle, String file) {
        try {
            return Files.readString(PROC.resolve(handle.pid() + "/" + file), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            checkSight();
            return ""; // gone, another user's, or a system without /proc
        }
    }

    /** Fails where not even our own can be read: then there are no descriptors, and nothing is known to be gone. */
    private static void checkSight() {
        try {
            Files.readString(PROC.resolve("self/stat"), StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            // A system without /proc.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
