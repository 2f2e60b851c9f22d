package streamer.run;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import org.jspecify.annotations.Nullable;
import streamer.process.Child;

/**
 * The stop of one run's process tree; begun at most once.
 *
 * <p>Threads: any. The lock guards the field; callbacks are called without it.
 */
final class TreeStop {
    private static final Logger LOG = System.getLogger(TreeStop.class.getName());
    private static final int MOST_NAMES = 5;

    private final String run;
    private final Stopper stopper;
    private final Runnable whenDone;
    private Phase phase = Phase.NOT_YET;

    private enum Phase {
        NOT_YET,
        GOING_ON,
        DONE
    }

    /**
     * A stop that has not begun.
     *
     * @param run the run's id
     * @param whenDone called on the stopper's thread when no process is left
     */
    TreeStop(String run, Stopper stopper, Runnable whenDone) {
        this.run = run;
        this.stopper = stopper;
        this.whenDone = whenDone;
    }

    /** The run's id. */
    String run() {
        return run;
    }

    /**
     * Begins, if it has not; does not wait.
     *
     * @param root the direct child; null if it is not known
     * @param why why what has outlived the command is stopped, for the log; null if the access line tells
     */
    void begin(@Nullable Child root, @Nullable String why) {
        synchronized (this) {
            if (phase != Phase.NOT_YET) {
                return;
            }
            phase = Phase.GOING_ON;
        }
        stopper.stop(run, root, stopped -> done(stopped, why));
    }

    private void done(List<String> stopped, @Nullable String why) {
        synchronized (this) {
            phase = Phase.DONE;
        }
        if (why != null && !stopped.isEmpty()) {
            LOG.log(Level.INFO, "run {0}: {1}: stopped {2}", run, why, summary(stopped));
        }
        whenDone.run();
    }

    private static String summary(List<String> names) {
        var first = String.join(", ", names.subList(0, Math.min(MOST_NAMES, names.size())));
        return names.size() > MOST_NAMES ? first + " and " + (names.size() - MOST_NAMES) + " more" : first;
    }

    synchronized boolean isRunning() {
        return phase == Phase.GOING_ON;
    }

    synchronized boolean isDone() {
        return phase == Phase.DONE;
    }
}
