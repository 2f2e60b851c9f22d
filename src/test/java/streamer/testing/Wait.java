package streamer.testing;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.Supplier;

/** Bounded waits for other processes and threads. */
public final class Wait {
    /** Longer than anything here takes on a slow machine. */
    public static final Duration LONG = Duration.ofSeconds(20);

    private static final long LOOK_MILLIS = 5;

    private Wait() {}

    /** Waits until the condition holds; fails, and says what did not happen, after {@link #LONG}. */
    public static void until(String what, Callable<Boolean> condition) {
        within(LONG, what, condition);
    }

    /** Waits until the condition holds; fails after that time. */
    public static void within(Duration time, String what, Callable<Boolean> condition) {
        within(time, () -> what, condition);
    }

    /** The same; what did not happen is asked for at the end. */
    public static void within(Duration time, Supplier<String> what, Callable<Boolean> condition) {
        var deadline = System.nanoTime() + time.toNanos();
        try {
            while (!condition.call()) {
                if (System.nanoTime() > deadline) {
                    throw new AssertionError("did not happen within " + time + ": " + what.get());
                }
                Thread.sleep(LOOK_MILLIS);
            }
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError(what.get(), e);
        }
    }
}
