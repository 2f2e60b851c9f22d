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

/**
 * Stops process trees: TERM to all that is found, once each; after a time KILL; and looks again until nothing is left.
 * Always by handle, never by {@link Process#destroy()}, which closes the pipe and throws the last words away.
 *
 * <p>Threads: one of its own, which serves all runs that are being stopped with one look at the process table a round.
 */
final class Stopper {
    private static final Logger LOG = System.getLogger(Stopper.class.getName());
    private static final long SHORTEST_ROUND_MILLIS = 10;
    private static final long LONGEST_ROUND_MILLIS = 160;
    private static final long LAST_LOOK_NANOS = Duration.ofSeconds(2).toNanos();

    private final Duration killAfter;
    private final ScheduledExecutorService rounds = Runs.thread("stopper");
    private final List<Stopping> stoppings = new ArrayList<>(); // the stopper's thread alone
    private long roundMillis;
    private boolean roundIsNext;
    private boolean isBlind;
    private @Nullable Future<?> nextRound;

    Stopper(Duration killAfter) {
        this.killAfter = killAfter;
    }

    /**
     * Stops the tree of a run; {@code done} is called on the stopper's thread.
     *
     * @param root the process that was launched; null if nobody knows whether one was, and the marker alone may tell
     */
    void stop(String run, @Nullable ProcessHandle root, Runnable done) {
        rounds.execute(() -> {
            stoppings.add(new Stopping(run, root, done));
            if (!roundIsNext) { // else one look serves all that stop at the same time
                roundIsNext = true;
                roundMillis = SHORTEST_ROUND_MILLIS;
                schedule(0);
            }
        });
    }

    /** How long it takes at the most to stop a tree, or to give up. */
    Duration longest() {
        return killAfter.plusNanos(LAST_LOOK_NANOS).plusSeconds(1);
    }

    /** What is being stopped now has had its time. */
    void hurry() {
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
            var trees = look();
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

    /** Null without descriptors: then nothing can be seen, or stopped. */
    private @Nullable ProcessTree look() {
        try {
            var tree = ProcessTree.look();
            isBlind = false;
            return tree;
        } catch (RuntimeException e) {
            noticeBlindness(e);
            return null;
        }
    }

    private void noticeBlindness(RuntimeException e) {
        if (!isBlind) { // else there would be a line for each round
            isBlind = true;
            LOG.log(Level.WARNING, "cannot look at the processes: {0}", e.toString());
        }
    }

    private boolean isDone(Stopping stopping, @Nullable ProcessTree trees, long now) {
        try {
            return trees == null ? stopping.isLate(now) : stopping.isDone(trees, now);
        } catch (UncheckedIOException e) {
            noticeBlindness(e);
            return stopping.isLate(now);
        }
    }

    void close() {
        rounds.shutdownNow();
    }

    private final class Stopping {
        private final String run;
        private final Runnable done;
        private final Set<ProcessHandle> known = new HashSet<>();
        private final Set<ProcessHandle> termed = new HashSet<>();
        private long killNanos = System.nanoTime() + killAfter.toNanos();
        private long killedNanos;

        Stopping(String run, @Nullable ProcessHandle root, Runnable done) {
            this.run = run;
            this.done = done;
            if (root != null) {
                known.add(root);
            }
        }

        /** Whether there is no more time to wait for a look. */
        boolean isLate(long now) {
            var isLate = now - killNanos > LAST_LOOK_NANOS;
            if (isLate) {
                LOG.log(Level.WARNING, "run {0}: could not be stopped: its processes cannot be seen", run);
            }
            return isLate;
        }

        boolean isDone(ProcessTree trees, long now) {
            var alive = trees.of(run, known);
            known.addAll(alive);
            if (alive.isEmpty()) {
                return true;
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

        /** Counted from the first KILL: a round may come late, and what has not been killed is not hopeless. */
        private boolean isHopeless(Set<ProcessHandle> alive, long now) {
            if (killedNanos == 0) {
                killedNanos = now | 1; // 0 means: not yet
            }
            if (now - killedNanos <= LAST_LOOK_NANOS) {
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
