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

    /** Why what has outlived the command is stopped, for the log. */
    enum Cause {
        /** The run has been stopped: the access line tells. */
        STOPPED(""),
        SIGNAL("its command died by a signal"),
        SHUTDOWN("the server shuts down"),
        /** Told even if nothing is found: who writes on when the output is closed may be gone by that. */
        HELD("its output was held open after the command's exit");

        private final String words;

        Cause(String words) {
            this.words = words;
        }
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
     */
    void begin(@Nullable Child root, Cause why) {
        synchronized (this) {
            if (phase != Phase.NOT_YET) {
                return;
            }
            phase = Phase.GOING_ON;
        }
        stopper.stop(run, root, stopped -> done(stopped, why));
    }

    private void done(List<String> stopped, Cause why) {
        synchronized (this) {
            phase = Phase.DONE;
        }
        if (why == Cause.HELD || (why != Cause.STOPPED && !stopped.isEmpty())) {
            LOG.log(Level.INFO, "run {0}: {1}: {2}", run, why.words, summary(stopped));
        }
        whenDone.run();
    }

    private static String summary(List<String> names) {
        if (names.isEmpty()) {
            return "cut off";
        }
        var first = "stopped " + String.join(", ", names.subList(0, Math.min(MOST_NAMES, names.size())));
        return names.size() > MOST_NAMES ? first + " and " + (names.size() - MOST_NAMES) + " more" : first;
    }

    synchronized boolean isRunning() {
        return phase == Phase.GOING_ON;
    }

    synchronized boolean isDone() {
        return phase == Phase.DONE;
    }
}
