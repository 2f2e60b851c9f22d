package streamer.run;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import streamer.output.Ending.Reason;
import streamer.process.RunSpec;
import streamer.time.Stopwatch;

/**
 * Timeouts of a launched run.
 *
 * <p>Threads: any.
 *
 * @param limits the timeouts
 * @param running a watch started at the launch
 * @param waiting a watch that runs while its output is waited for
 */
record TimeLimits(RunSpec.Limits limits, Stopwatch running, Stopwatch waiting) {
    /** The timeout that has passed; null if none has. */
    @Nullable
    Reason overdue(long now) {
        if (isOver(limits.timeout(), running, now)) {
            return Reason.TIMEOUT;
        }
        return isOver(limits.idleTimeout(), waiting, now) ? Reason.IDLE_TIMEOUT : null;
    }

    private static boolean isOver(@Nullable Duration limit, Stopwatch watch, long now) {
        return limit != null && watch.left(now, limit.toNanos()) == 0;
    }

    /** Nanoseconds until one can have passed. */
    long left(long now) {
        return Math.min(left(limits.timeout(), running, now), left(limits.idleTimeout(), waiting, now));
    }

    private static long left(@Nullable Duration limit, Stopwatch watch, long now) {
        return limit == null
                ? Stopwatch.NEVER
                : Math.min(limit.toNanos(), watch.left(now, limit.toNanos())); // a stopped watch may start at any time
    }
}
