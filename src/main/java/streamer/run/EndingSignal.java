package streamer.run;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The signal that ends the server. A terminal and some platforms send it to the commands too; one that died by it ended by
 * the shutdown, not by itself.
 *
 * <p>Threads: any.
 */
final class EndingSignal {
    private static final Duration LATE = Duration.ofMillis(100);
    private static final int SIGNALLED = 128;
    private static final Set<Integer> SIGNALS = Set.of(1, 2, 15); // HUP, INT, TERM

    private final CountDownLatch come = new CountDownLatch(1);
    private volatile int number;

    /** It has come. */
    void come(int which) {
        number = which;
        come.countDown();
    }

    /**
     * Whether a command that ended with this code died by it. If the code looks like that, waits a moment for a signal
     * that the command may have got before us.
     */
    boolean isCauseOf(int code) {
        if (!SIGNALS.contains(code - SIGNALLED)) {
            return false;
        }
        try {
            return come.await(LATE.toMillis(), TimeUnit.MILLISECONDS) && code == SIGNALLED + number;
        } catch (InterruptedException e) { // nobody does that; then it is as if the moment was over
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
