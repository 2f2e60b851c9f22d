package streamer.run;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import streamer.time.Stopwatch;

/**
 * Stops process trees: TERM to the direct child's process group and to each other process found, once; KILL to each
 * {@code killAfter} later; in rounds until a look at the whole process table, after the last signal, finds none. By
 * group or handle, never by {@link Process#destroy()}, which closes the pipe and loses the last output.
 *
 * <p>Threads: one of its own, which serves all runs that are being stopped by one snapshot of the process table a
 * round.
 */
final class Stopper {
    private static final Logger LOG = System.getLogger(Stopper.class.getName());
    private static final long SHORTEST_ROUND_MILLIS = 10;
    private static final long LONGEST_ROUND_MILLIS = 160;
    private static final long GIVE_UP_NANOS = Duration.ofSeconds(2).toNanos();

    /** How often a round looks again for processes that come and go while it looks. */
    private static final int MOST_LOOKS = 20;

    /** How many looks that find none count as a whole one, where processes of others come and go all the time. */
    private static final int ENOUGH_LOOKS = 2 * MOST_LOOKS;

    private final Duration killAfter;
    private final ScheduledExecutorService rounds;
    private final List<Stopping> stoppings = new ArrayList<>(); // only on the stopper's thread, like all fields below
    private long roundMillis;
    private long lookNanos; // when the last look began
    private boolean roundIsNext;
    private boolean isBlind;
    private @Nullable Future<?> nextRound;

    /**
     * A stopper.
     *
     * @param killAfter the time between TERM and KILL
     * @param rounds its one thread, shut down with it
     */
    Stopper(Duration killAfter, ScheduledExecutorService rounds) {
        this.killAfter = killAfter;
        this.rounds = rounds;
    }

    /**
     * Stops the tree of a run.
     *
     * @param root the direct child; null if it is not known whether there is one: then the marker alone finds processes
     * @param done called on the stopper's thread with the names of what was stopped; none if it could not be
     */
    void stop(String run, @Nullable Child root, Consumer<List<String>> done) {
        rounds.execute(() -> {
            stoppings.add(new Stopping(run, root, done));
            if (!roundIsNext) { // else the next round serves this one too
                roundIsNext = true;
                roundMillis = SHORTEST_ROUND_MILLIS;
                schedule(0);
            }
        });
    }

    /** The longest time that it takes to stop a tree, or to give up: the last to be found has its time too. */
    Duration longest() {
        return killAfter.multipliedBy(2).plusNanos(GIVE_UP_NANOS).plusSeconds(1);
    }

    /** KILL in the next round for all that is being stopped. */
    void killNow() {
        rounds.execute(() -> stoppings.forEach(stopping -> stopping.isHurried = true));
    }

    private void schedule(long millis) {
        if (nextRound != null) {
            nextRound.cancel(false);
        }
        nextRound = rounds.schedule(this::round, millis, TimeUnit.MILLISECONDS);
    }

    private void round() {
        roundIsNext = false;
        try {
            lookNanos = System.nanoTime();
            var trees = look(null);
            signal(trees);
            for (var i = 1; i < MOST_LOOKS && trees != null && !trees.isWhole() && !stoppings.isEmpty(); i++) {
                trees = look(trees);
                signal(trees);
            }
        } catch (RuntimeException | Error e) {
            LOG.log(Level.ERROR, "stopping: " + e, e);
        } finally {
            if (!stoppings.isEmpty()) {
                schedule(roundMillis);
                roundMillis = Math.min(roundMillis * 2, LONGEST_ROUND_MILLIS);
            }
        }
    }

    /** A new snapshot, or an earlier one brought up to date; null if there are no descriptors to read it. */
    private @Nullable ProcessTree look(@Nullable ProcessTree earlier) {
        try {
            var trees = earlier == null ? ProcessTree.snapshot() : earlier.updated();
            isBlind = false;
            return trees;
        } catch (RuntimeException e) {
            if (!isBlind) { // else each round would log it
                isBlind = true;
                LOG.log(Level.WARNING, "cannot look at the processes: {0}", e.toString());
            }
            return null;
        }
    }

    private void signal(@Nullable ProcessTree trees) {
        var now = System.nanoTime();
        for (var stopping : List.copyOf(stoppings)) {
            if (trees == null ? stopping.isDoneBlindly(now) : stopping.isDone(trees, now)) {
                stoppings.remove(stopping);
                stopping.end();
            }
        }
    }

    /** Ends the thread; what is being stopped is left. */
    void close() {
        rounds.shutdownNow();
    }

    /** The stop of one tree. */
    private final class Stopping {
        private final String run;
        private final Consumer<List<String>> done;
        private final Set<ProcessHandle> known = new HashSet<>();
        private final Map<ProcessHandle, Long> termNanos = new HashMap<>();
        private final Set<String> names = new LinkedHashSet<>();
        private final @Nullable Child root;
        private final Stopwatch termed = new Stopwatch();
        private final Stopwatch killed = new Stopwatch();
        private int looksInVain;
        private boolean isHurried;

        Stopping(String run, @Nullable Child root, Consumer<List<String>> done) {
            this.run = run;
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

        /** Without a snapshot: signals the group of the direct child; whether to give up. */
        boolean isDoneBlindly(long now) {
            if (!termed.isRunning()) {
                termed.start(now);
                signalGroup(false);
            }
            if (hasHadTime(termed.elapsed(now))) {
                killed.start(now);
                signalGroup(true);
            }
            return killed.elapsed(lookNanos) > GIVE_UP_NANOS && giveUp("its processes cannot be seen");
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

        private boolean giveUp(ProcessTree trees, Set<ProcessHandle> alive) {
            var left = alive.stream().map(trees::name).toList();
            return giveUp(left.isEmpty() ? "its processes come and go" : "still there: " + String.join(", ", left));
        }

        boolean isDone(ProcessTree trees, long now) {
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
            return areKilled && killed.elapsed(lookNanos) > GIVE_UP_NANOS && giveUp(trees, alive);
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

        void end() {
            done.accept(List.copyOf(names));
        }
    }
}
