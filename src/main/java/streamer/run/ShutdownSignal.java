package streamer.run;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The signal that ends the server. A terminal and some platforms send it to the whole process group or container; a
 * command that died by it was stopped by the shutdown, and did not exit by itself.
 *
 * <p>Threads: any.
 */
final class ShutdownSignal {
    private static final Duration LATE = Duration.ofMillis(100);
    private static final int SIGNALLED = 128;
    private static final int LAST_SIGNAL = 64;
    private static final Set<Integer> SIGNALS = Set.of(1, 2, 15); // HUP, INT, TERM

    private final CountDownLatch come = new CountDownLatch(1);
    private volatile int number;

    /** Whether a command with this exit code died by a signal, or says so, as a shell does of its own command. */
    static boolean isDeath(int code) {
        return code > SIGNALLED && code <= SIGNALLED + LAST_SIGNAL;
    }

    /** Records that the signal has come. */
    void arrived(int which) {
        number = which;
        come.countDown();
    }

    /**
     * Whether a command with this exit code died by it. If the code says so, waits up to 100 ms for the signal, which
     * the command may have got first.
     */
    boolean isCauseOf(int code) {
        if (!SIGNALS.contains(code - SIGNALLED)) {
            return false;
        }
        try {
            return come.await(LATE.toMillis(), TimeUnit.MILLISECONDS) && code == SIGNALLED + number;
        } catch (InterruptedException e) { // nobody interrupts it; the same as a timeout
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
