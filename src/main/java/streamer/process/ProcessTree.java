package streamer.process;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Snapshot of the process table, to find the processes of a run: its descendants and, on Linux, all that have its id in
 * their environment, or are in a process group or session that one of them led ({@code proc(5)}), even if reparented.
 * Elsewhere only descendants are found.
 *
 * <p>On Linux each process is read once. The table is no moment's: one that has exited before it was read may have a
 * child that was not listed. So it is listed again ({@link #updated}) until nothing escapes ({@link #isWhole}).
 */
public final class ProcessTree {
    /** The environment variable that marks all processes of a run; its value is the run's id. */
    static final String MARKER = "STREAMER_RUN";

    private static final Pattern MARKED = Pattern.compile("(?:^|\0)" + MARKER + "=([0-9a-f]{32})(?:\0|$)");
    private static final File PROC = new File(Proc.ROOT);

    private final Map<Long, ProcessHandle> byId = new HashMap<>();
    private final Map<Long, ProcessStat> stats = new HashMap<>();
    private final Map<Long, List<ProcessHandle>> byParent = new HashMap<>();
    private final Map<Long, List<ProcessHandle>> byLeader = new HashMap<>();
    private final Map<String, List<ProcessHandle>> byRun = new HashMap<>();
    private final Map<Long, String> marks = new HashMap<>();
    private final Set<Long> withoutEnvironment = new HashSet<>();
    private final Set<Long> hidden = new HashSet<>();
    private boolean nothingEscaped;

    private ProcessTree() {}

    /**
     * Takes a snapshot.
     *
     * @throws RuntimeException if the process table cannot be read, say without free descriptors
     */
    public static ProcessTree snapshot() {
        return new ProcessTree().updated();
    }

    /**
     * This one, with the processes that were not there, or could not be read, before.
     *
     * @throws RuntimeException as {@link #snapshot}
     */
    public ProcessTree updated() {
        nothingEscaped = true;
        var names = PROC.list();
        if (names == null) {
            checkReadable();
            ProcessHandle.allProcesses().forEach(this::addByParent);
            return this;
        }
        for (var i = names.length - 1; i >= 0; i--) { // the latest first: they may be gone soon
            if (Character.isDigit(names[i].charAt(0))) {
                var pid = Long.parseLong(names[i]);
                nothingEscaped &= byId.containsKey(pid) || hidden.contains(pid) || add(pid);
            }
        }
        return this;
    }

    /**
     * Whether the last look at the table held all processes: none of those that it added was gone before it was read.
     * Without descriptors the JDK lists none.
     */
    public boolean isWhole() {
        return nothingEscaped && byId.containsKey(ProcessHandle.current().pid());
    }

    private void addByParent(ProcessHandle handle) {
        if (byId.put(handle.pid(), handle) == null) {
            handle.parent().ifPresent(parent -> add(byParent, parent.pid(), handle));
        }
    }

    /** Adds a process; false if it has exited, or is to be read again. */
    private boolean add(long pid) {
        var found = ProcessHandle.of(pid); // first: signalled is whose files were read, not who has its id after it
        var stat = ProcessStat.parse(read(pid, "stat"));
        if (found.isEmpty() || stat.isEmpty()) {
            return isHidden(pid) && hidden.add(pid);
        }
        var hasExited = stat.get().hasExited();
        var environment = hasExited ? "" : read(pid, "environ");
        if (environment.isEmpty() && !hasExited && canRead(pid, "environ") && withoutEnvironment.add(pid)) {
            return false; // as during execve(2)
        }
        var handle = found.get();
        byId.put(pid, handle);
        add(stat.get(), handle);
        var matcher = MARKED.matcher(environment);
        if (matcher.find()) {
            add(byRun, matcher.group(1), handle);
            marks.put(pid, matcher.group(1));
        }
        return !hasExited;
    }

    /** Whether it is another user's that is listed but cannot be looked at (mount option {@code hidepid=1}). */
    private static boolean isHidden(long pid) {
        return new File(PROC, Long.toString(pid)).exists() && !canRead(pid, "stat");
    }

    /** By {@code access(2)}, which takes no descriptor. */
    private static boolean canRead(long pid, String file) {
        return new File(PROC, pid + "/" + file).canRead();
    }

    private void add(ProcessStat stat, ProcessHandle handle) {
        stats.put(handle.pid(), stat);
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
    public Set<ProcessHandle> of(String run, Collection<ProcessHandle> known) {
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
    private boolean isRunning(ProcessHandle handle) {
        var stat = stats.get(handle.pid());
        return handle.equals(byId.get(handle.pid())) && (stat == null ? handle.isAlive() : !stat.hasExited());
    }

    /** Whether a process is in the process group that another one leads or led. */
    public boolean isInGroup(ProcessHandle handle, ProcessHandle leader) {
        var stat = stats.get(handle.pid());
        return stat != null && stat.group() == leader.pid();
    }

    /** The name of a process's program, and its id. */
    public String name(ProcessHandle handle) {
        var stat = stats.get(handle.pid());
        return (stat == null ? "process" : stat.name()) + " (" + handle.pid() + ")";
    }

    private static String read(long pid, String file) {
        try {
            return Proc.read(Long.toString(pid), file);
        } catch (IOException e) {
            checkReadable();
            return ""; // exited, or another user's
        }
    }

    /**
     * Throws if not even our own entry can be read: out of descriptors, and an unreadable process need not have exited.
     */
    private static void checkReadable() {
        try {
            Proc.read(Proc.SELF, "stat");
        } catch (IOException e) {
            if (new File(Proc.path(Proc.SELF, "stat")).exists()) { // else there is no /proc
                throw new UncheckedIOException(e);
            }
        }
    }
}
