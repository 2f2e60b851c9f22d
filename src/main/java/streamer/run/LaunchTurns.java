package streamer.run;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Limits concurrent launches to half of the processors; the others go on serving streams when many requests come at
 * once.
 *
 * <p>Threads: any.
 */
final class LaunchTurns {
    private static final Duration SOON = Duration.ofMillis(250);

    private final Semaphore free =
            new Semaphore(Math.max(1, Runtime.getRuntime().availableProcessors() / 2));

    /**
     * Waits for a turn, which must be given back.
     *
     * @param late called if it does not come soon
     */
    void take(Runnable late) {
        try {
            if (free.tryAcquire(SOON.toNanos(), TimeUnit.NANOSECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            // Nobody interrupts a run.
        }
        late.run();
        free.acquireUninterruptibly();
    }

    void giveBack() {
        free.release();
    }
}
