package streamer.run;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import streamer.process.Child;
import streamer.process.ProcessTree;

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

    /** How often a round looks again for processes that come and go while it looks. */
    private static final int MOST_LOOKS = 20;

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
            stoppings.add(new Stopping(run, root, killAfter, done));
            if (!roundIsNext) { // else the next round serves this one too
                roundIsNext = true;
                roundMillis = SHORTEST_ROUND_MILLIS;
                schedule(0);
            }
        });
    }

    /** The longest time that it takes to stop a tree, or to give up: the last to be found has its time too. */
    Duration longest() {
        return killAfter.multipliedBy(2).plus(Stopping.GIVE_UP).plusSeconds(1);
    }

    /** KILL in the next round for all that is being stopped. */
    void killNow() {
        rounds.execute(() -> stoppings.forEach(stopping -> stopping.hurry()));
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

    /** A new snapshot, or an earlier one brought up to date; null if there are no descriptors or no memory to read it. */
    private @Nullable ProcessTree look(@Nullable ProcessTree earlier) {
        try {
            var trees = earlier == null ? ProcessTree.snapshot() : earlier.updated();
            isBlind = false;
            return trees;
        } catch (RuntimeException | OutOfMemoryError e) {
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
            if (trees == null ? stopping.isDoneBlindly(lookNanos, now) : stopping.isDone(trees, lookNanos, now)) {
                stoppings.remove(stopping);
                stopping.end();
            }
        }
    }

    /** Ends the thread; what is being stopped is left. */
    void close() {
        rounds.shutdownNow();
    }
}
