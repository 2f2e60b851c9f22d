package streamer.run;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import streamer.process.Child;
import streamer.process.ProcessTree;
import streamer.time.Stopwatch;

/**
 * What is known of one tree that is being stopped, from look to look.
 *
 * <p>Threads: the stopper's.
 */
final class Stopping {
    /** How long to wait for those that got KILL. */
    static final Duration GIVE_UP = Duration.ofSeconds(2);

    /** How many looks that find none count as a whole one, where processes of others come and go all the time. */
    private static final int ENOUGH_LOOKS = 40;

    private static final Logger LOG = System.getLogger(Stopping.class.getName());

    private final String run;
    private final Duration killAfter;
    private final Consumer<List<String>> done;
    private final Set<ProcessHandle> known = new HashSet<>();
    private final Map<ProcessHandle, Long> termNanos = new HashMap<>();
    private final Set<String> names = new LinkedHashSet<>();
    private final @Nullable Child root;
    private final Stopwatch termed = new Stopwatch();
    private final Stopwatch killed = new Stopwatch();
    private int looksInVain;
    private boolean isHurried;

    /**
     * A stop that begins with the next look.
     *
     * @param root the direct child, if it is known
     * @param done called by {@link #end}
     */
    Stopping(String run, @Nullable Child root, Duration killAfter, Consumer<List<String>> done) {
        this.run = run;
        this.killAfter = killAfter;
        this.done = done;
        this.root = root;
        addRoot();
    }

    private void addRoot() {
        var handle = root == null ? null : root.handle();
        if (handle != null) {
            known.add(handle);
        }
    }

    /** KILL at the next look. */
    void hurry() {
        isHurried = true;
    }

    /** Without a look: signals the group of the direct child; whether to give up. */
    boolean isDoneBlindly(long lookNanos, long now) {
        if (!termed.isRunning()) {
            termed.start(now);
            signalGroup(false);
        }
        if (hasHadTime(termed.elapsed(now))) {
            killed.start(now);
            signalGroup(true);
        }
        return killed.elapsed(lookNanos) > GIVE_UP.toNanos() && giveUp("its processes cannot be seen");
    }

    private boolean signalGroup(boolean forcibly) {
        return root != null && root.signalGroup(forcibly);
    }

    private boolean hasHadTime(long nanos) {
        return isHurried || nanos >= killAfter.toNanos();
    }

    private boolean giveUp(String why) {
        LOG.log(Level.WARNING, "run {0}: could not be stopped: {1}", run, why);
        names.clear();
        return true;
    }

    /** Not without a word, unless nothing has been found, and its group is empty: no look has been whole then. */
    private boolean giveUp(ProcessTree trees, Set<ProcessHandle> alive) {
        if (alive.isEmpty() && root != null && !root.hasGroup()) {
            return true;
        }
        var left = alive.stream().map(trees::name).toList();
        return giveUp(left.isEmpty() ? "its processes come and go" : "still there: " + String.join(", ", left));
    }

    /**
     * Signals what a look has found; whether nothing is left, or to give up.
     *
     * @param lookNanos when the look began
     */
    boolean isDone(ProcessTree trees, long lookNanos, long now) {
        addRoot();
        var alive = trees.of(run, known);
        known.addAll(alive);
        if (alive.isEmpty() && isGone(trees)) {
            return true;
        }
        if (!termed.isRunning()) {
            termed.start(now);
            termGroup(trees, alive, now);
        }
        var areKilled = true;
        for (var handle : alive) {
            looksInVain = 0;
            names.add(trees.name(handle));
            areKilled &= isKilled(handle, now);
        }
        if (areKilled && hasHadTime(termed.elapsed(now))) {
            killed.start(now);
            if (!trees.isWhole()) {
                signalGroup(true);
            }
        }
        return areKilled && killed.elapsed(lookNanos) > GIVE_UP.toNanos() && giveUp(trees, alive);
    }

    private boolean isGone(ProcessTree trees) {
        looksInVain++;
        return trees.isWhole() || (looksInVain > ENOUGH_LOOKS && (root == null || !root.hasGroup()));
    }

    private void termGroup(ProcessTree trees, Set<ProcessHandle> alive, long now) {
        var leader = root == null ? null : root.handle();
        if (signalGroup(false) && leader != null) {
            alive.stream()
                    .filter(handle -> trees.isInGroup(handle, leader))
                    .forEach(handle -> termNanos.put(handle, now));
        }
    }

    /**
     * Signals a process: KILL, if it has had its time since TERM, or comes when the time of the others is over,
     * else TERM.
     */
    private boolean isKilled(ProcessHandle handle, long now) {
        var since = termNanos.get(handle);
        if (hasHadTime(since == null ? termed.elapsed(now) : now - since)) {
            handle.destroyForcibly();
            return true;
        }
        if (since == null) {
            termNanos.put(handle, now);
            handle.destroy();
        }
        return false;
    }

    /** Tells the names of what was stopped; none if it could not be. */
    void end() {
        done.accept(List.copyOf(names));
    }
}
