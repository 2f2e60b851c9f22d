package streamer.run;

import org.jspecify.annotations.Nullable;

/**
 * The stop of one run's process tree; begun at most once.
 *
 * <p>Threads: any. The lock guards the field; callbacks are called without it.
 */
final class TreeStop {
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
     */
    void begin(@Nullable Child root) {
        synchronized (this) {
            if (phase != Phase.NOT_YET) {
                return;
            }
            phase = Phase.GOING_ON;
        }
        stopper.stop(run, root, this::done);
    }

    private void done() {
        synchronized (this) {
            phase = Phase.DONE;
        }
        whenDone.run();
    }

    synchronized boolean isRunning() {
        return phase == Phase.GOING_ON;
    }

    synchronized boolean isDone() {
        return phase == Phase.DONE;
    }
}
