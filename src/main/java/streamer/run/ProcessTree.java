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
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Snapshot of the process table, to find the processes of a run: its descendants and, on Linux, all that have its id in
 * their environment, or are in a process group or session that one of them led ({@code proc(5)}), even if reparented.
 * Elsewhere only
 * descendants are found.
 */
final class ProcessTree {
    /** The environment variable that marks all processes of a run; its value is the run's id. */
    static final String MARKER = "STREAMER_RUN";

    private static final Pattern MARKED = Pattern.compile("(?:^|\0)" + MARKER + "=([0-9a-f]{32})(?:\0|$)");
    private static final Path PROC = Path.of("/proc");

    private final Map<Long, ProcessHandle> byId = new HashMap<>();
    private final Map<Long, List<ProcessHandle>> byParent = new HashMap<>();
    private final Map<Long, List<ProcessHandle>> byLeader = new HashMap<>();
    private final Map<String, List<ProcessHandle>> byRun = new HashMap<>();
    private final Map<Long, String> marks = new HashMap<>();

    private ProcessTree() {}

    /**
     * Takes a snapshot.
     *
     * @throws RuntimeException if the process table cannot be read, say without free descriptors
     */
    static ProcessTree snapshot() {
        var tree = new ProcessTree();
        ProcessHandle.allProcesses().forEach(tree::add);
        return tree;
    }

    /** Whether all processes were seen: without descriptors the JDK lists none. */
    boolean isWhole() {
        return byId.containsKey(ProcessHandle.current().pid());
    }

    private void add(ProcessHandle handle) {
        byId.put(handle.pid(), handle);
        stat(handle)
                .ifPresentOrElse(
                        stat -> add(stat, handle),
                        () -> handle.parent().ifPresent(parent -> add(byParent, parent.pid(), handle)));
        var matcher = MARKED.matcher(read(handle, "environ"));
        if (matcher.find()) {
            add(byRun, matcher.group(1), handle);
            marks.put(handle.pid(), matcher.group(1));
        }
    }

    private void add(ProcessStat stat, ProcessHandle handle) {
        add(byParent, stat.parent(), handle);
        add(byLeader, stat.group(), handle);
        if (stat.session() != stat.group()) {
            add(byLeader, stat.session(), handle);
        }
    }

    private static <K> void add(Map<K, List<ProcessHandle>> map, K key, ProcessHandle handle) {
        map.computeIfAbsent(key, any -> new ArrayList<>()).add(handle);
    }

    /**
     * The live processes of a run.
     *
     * @param run its id
     * @param known processes of it: the direct child, and those of earlier snapshots, since one of them may have
     *     cleared its environment and lost its parent
     */
    Set<ProcessHandle> of(String run, Collection<ProcessHandle> known) {
        var found = new LinkedHashSet<ProcessHandle>();
        var pending = new ArrayDeque<>(known);
        pending.addAll(byRun.getOrDefault(run, List.of()));
        while (!pending.isEmpty()) {
            var handle = pending.remove();
            pending.addAll(led(run, handle, found));
            if (isRunning(handle) && found.add(handle)) {
                pending.addAll(byParent.getOrDefault(handle.pid(), List.of()));
            }
        }
        return found;
    }

    /**
     * Those in the process group or session that this process leads or led ({@code setpgid(2)}, {@code setsid(2)}), but
     * for those found. Its id is not used again while one of them is left. If it has been, the group is another
     * process's, whose members bear another mark.
     */
    private List<ProcessHandle> led(String run, ProcessHandle leader, Set<ProcessHandle> found) {
        return leader.equals(byId.getOrDefault(leader.pid(), leader))
                ? byLeader.getOrDefault(leader.pid(), List.of()).stream()
                        .filter(member -> marks.getOrDefault(member.pid(), run).equals(run))
                        .filter(member -> !found.contains(member) && !member.equals(leader))
                        .toList()
                : List.of();
    }

    /** Whether it still executes: neither exited nor a zombie (state {@code Z} or {@code X}, {@code proc(5)}). */
    private static boolean isRunning(ProcessHandle handle) {
        var stat = stat(handle); // first: it throws without descriptors, isAlive() is false
        return handle.isAlive() && stat.filter(ProcessStat::hasExited).isEmpty();
    }

    /** Empty if it has exited, or there is no {@code /proc}. */
    private static Optional<ProcessStat> stat(ProcessHandle handle) {
        return ProcessStat.parse(read(handle, "stat"));
    }

    private static String read(ProcessHandle handle, String file) {
        try {
            return Files.readString(PROC.resolve(handle.pid() + "/" + file), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            checkReadable();
            return ""; // exited, another user's, or no /proc
        }
    }

    /**
     * Throws if not even our own entry can be read: out of descriptors, and an unreadable process need not have exited.
     */
    private static void checkReadable() {
        try {
            Files.readString(PROC.resolve("self/stat"), StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            // No /proc.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
