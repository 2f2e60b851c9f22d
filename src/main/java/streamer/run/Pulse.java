package streamer.run;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Lets each run look at regular times whether something is due; rests while there is none.
 *
 * <p>Threads: one of its own, which must never be made to wait. Its lock is taken before that of the runs.
 */
final class Pulse {
    private static final Logger LOG = System.getLogger(Pulse.class.getName());
    private static final Duration PERIOD = Duration.ofMillis(50);

    private final Supplier<List<Run>> runs;
    private final ScheduledExecutorService thread = Runs.thread("pulse");
    private boolean beating;

    /**
     * A pulse at rest.
     *
     * @param runs those that are present
     */
    Pulse(Supplier<List<Run>> runs) {
        this.runs = runs;
    }

    /** There is a run now, perhaps the first; not to be called under the lock of the runs. */
    synchronized void begin() {
        if (!beating) {
            beating = true;
            beatSoon();
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // a beat throws nothing that matters
    private void beatSoon() {
        thread.schedule(this::beat, PERIOD.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void beat() {
        try {
            var now = System.nanoTime();
            for (var run : runs.get()) {
                pulse(run, now);
            }
        } finally {
            rest();
        }
    }

    private static void pulse(Run run, long now) {
        try {
            run.pulse(now);
        } catch (RuntimeException | Error e) {
            LOG.log(Level.ERROR, "run " + run.id() + ": " + e, e);
        }
    }

    private synchronized void rest() {
        beating = !runs.get().isEmpty() && !thread.isShutdown();
        if (beating) {
            beatSoon();
        }
    }

    /** Does something on the thread of the pulse; it must not wait. */
    void execute(Runnable task) {
        thread.execute(task);
    }

    void close() {
        thread.shutdownNow();
    }
}
