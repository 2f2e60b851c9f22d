package streamer.run;

import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import streamer.time.Stopwatch;

/**
 * Stops process trees: TERM to each process found, once; KILL after {@code killAfter}; in rounds until none is left.
 * Always by handle, never by {@link Process#destroy()}, which closes the pipe and loses the last output; only where no
 * descriptors are left to look at processes, the direct child and its group, by {@link Child#signal}.
 *
 * <p>Threads: one of its own, which serves all runs that are being stopped by one snapshot of the process table a
 * round.
 */
final class Stopper {
    private static final Logger LOG = System.getLogger(Stopper.class.getName());
    private static final long SHORTEST_ROUND_MILLIS = 10;
    private static final long LONGEST_ROUND_MILLIS = 160;
    private static final long GIVE_UP_NANOS = Duration.ofSeconds(2).toNanos();

    private final Duration killAfter;
    private final ScheduledExecutorService rounds;
    private final List<Stopping> stoppings = new ArrayList<>(); // only on the stopper's thread, like all fields below
    private long roundMillis;
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
     * Stops the tree of a run; {@code done} is called on the stopper's thread.
     *
     * @param root the direct child; null if it is not known whether there is one: then the marker alone finds processes
     */
    void stop(String run, @Nullable Child root, Runnable done) {
        rounds.execute(() -> {
            stoppings.add(new Stopping(run, root, done));
            if (!roundIsNext) { // else the next round serves this one too
                roundIsNext = true;
                roundMillis = SHORTEST_ROUND_MILLIS;
                schedule(0);
            }
        });
    }

    /** The longest time that it takes to stop a tree, or to give up. */
    Duration longest() {
        return killAfter.plusNanos(GIVE_UP_NANOS).plusSeconds(1);
    }

    /** KILL in the next round for all that is being stopped. */
    void killNow() {
        rounds.execute(() -> stoppings.forEach(stopping -> stopping.killNanos = System.nanoTime()));
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
            var trees = snapshot();
            var now = System.nanoTime();
            for (var stopping : List.copyOf(stoppings)) {
                if (isDone(stopping, trees, now)) {
                    stoppings.remove(stopping);
                    stopping.done.run();
                }
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

    /** A snapshot; null if there are no descriptors to read it. */
    private @Nullable ProcessTree snapshot() {
        try {
            var tree = ProcessTree.snapshot();
            isBlind = false;
            return tree;
        } catch (RuntimeException e) {
            warnOnce(e);
            return null;
        }
    }

    private void warnOnce(RuntimeException e) {
        if (!isBlind) { // else each round would log it
            isBlind = true;
            LOG.log(Level.WARNING, "cannot look at the processes: {0}", e.toString());
        }
    }

    private boolean isDone(Stopping stopping, @Nullable ProcessTree trees, long now) {
        try {
            return trees == null ? stopping.isDoneBlindly(now) : stopping.isDone(trees, now);
        } catch (UncheckedIOException e) {
            warnOnce(e);
            return stopping.isDoneBlindly(now);
        }
    }

    /** Ends the thread; what is being stopped is left. */
    void close() {
        rounds.shutdownNow();
    }

    /** The stop of one tree. */
    private final class Stopping {
        private final String run;
        private final Runnable done;
        private final Set<ProcessHandle> known = new HashSet<>();
        private final Set<ProcessHandle> termed = new HashSet<>();
        private final @Nullable Child root;
        private boolean blindlyTermed;
        private long killNanos = System.nanoTime() + killAfter.toNanos();
        private final Stopwatch killed = new Stopwatch();

        Stopping(String run, @Nullable Child root, Runnable done) {
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

        /** Without a snapshot: signals the direct child and its group; whether to give up. */
        boolean isDoneBlindly(long now) {
            if (root != null && (now >= killNanos || !blindlyTermed)) {
                root.signal(now >= killNanos);
                blindlyTermed = true;
            }
            var isLate = now - killNanos > GIVE_UP_NANOS;
            if (isLate) {
                LOG.log(Level.WARNING, "run {0}: could not be stopped: its processes cannot be seen", run);
            }
            return isLate;
        }

        boolean isDone(ProcessTree trees, long now) {
            addRoot();
            var alive = trees.of(run, known);
            known.addAll(alive);
            if (alive.isEmpty()) {
                return trees.isWhole() || isDoneBlindly(now);
            }
            for (var handle : alive) {
                if (now >= killNanos) {
                    handle.destroyForcibly();
                } else if (termed.add(handle)) {
                    handle.destroy();
                }
            }
            return now >= killNanos && isHopeless(alive, now);
        }

        /** Whether to give up: 2 s after the first KILL, which may be late itself. */
        private boolean isHopeless(Set<ProcessHandle> alive, long now) {
            killed.start(now);
            if (killed.elapsed(now) <= GIVE_UP_NANOS) {
                return false;
            }
            LOG.log(
                    Level.WARNING,
                    "run {0}: could not stop process {1}",
                    run,
                    String.join(
                            ", ",
                            alive.stream().map(handle -> "" + handle.pid()).toList()));
            return true;
        }
    }
}
