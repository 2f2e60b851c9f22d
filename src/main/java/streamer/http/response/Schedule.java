package streamer.http.response;

import java.time.Duration;
import streamer.time.Stopwatch;

/**
 * Timers of a stream's response: its head, a line's part, kept bytes, a heartbeat.
 *
 * <p>Threads: guarded by its user; any may call {@link #silenceLeft}.
 */
final class Schedule {
    private final FlushPolicy policy;
    private final boolean hasHeartbeat;
    private final Stopwatch headless = new Stopwatch();
    private final Stopwatch part = new Stopwatch();
    private final Stopwatch kept = new Stopwatch();
    private final Stopwatch silence = new Stopwatch();
    private long headAfterNanos;

    Schedule(FlushPolicy policy, boolean hasHeartbeat) {
        this.policy = policy;
        this.hasHeartbeat = hasHeartbeat;
    }

    FlushPolicy policy() {
        return policy;
    }

    /** Starts the timer of the head. */
    void awaitHead(Duration after, long now) {
        headAfterNanos = after.toNanos();
        headless.restart(now);
    }

    /** Stops the timer of the head, which is sent now; starts that of silence. */
    void headCommitted(long now) {
        headless.reset();
        silence.restart(now);
    }

    /** Starts the timer of an unfinished line; false if it runs. */
    boolean partBegun(long now) {
        var isNew = !part.isRunning();
        part.start(now);
        return isNew;
    }

    /** Stops the timer of an unfinished line. */
    void partShown() {
        if (policy.flushesByTime()) { // else it never runs
            part.reset();
        }
    }

    /** Starts the timer of kept bytes; false if it runs, or if they are not sent by time. */
    boolean bytesKept(long now) {
        if (!policy.flushesByTime() || kept.isRunning()) {
            return false;
        }
        kept.start(now);
        return true;
    }

    /** Restarts the timers of silence and, if some bytes are still kept, of kept bytes. */
    void bytesSent(boolean someKept, long now) {
        silence.restart(now);
        if (policy.flushesByTime()) {
            kept.reset();
            if (someKept) {
                kept.start(now);
            }
        }
    }

    /** Stops all timers. */
    void end() {
        headless.reset();
        part.reset();
        kept.reset();
        silence.reset();
    }

    boolean isHeadDue(long now) {
        return headless.left(now, headAfterNanos) == 0;
    }

    boolean isPartDue(long now) {
        return flushLeft(part, now) == 0;
    }

    boolean areBytesDue(long now) {
        return flushLeft(kept, now) == 0;
    }

    boolean isHeartbeatDue(long now) {
        return heartbeatLeft(now) == 0;
    }

    /** Nanoseconds until something is due. */
    long left(long now) {
        var flush = Math.min(flushLeft(part, now), flushLeft(kept, now));
        return Math.min(Math.min(headless.left(now, headAfterNanos), flush), heartbeatLeft(now));
    }

    private long flushLeft(Stopwatch since, long now) {
        return policy.flushesByTime() ? since.left(now, policy.flushAfter().toNanos()) : Stopwatch.NEVER;
    }

    private long heartbeatLeft(long now) {
        return hasHeartbeat ? silence.left(now, policy.heartbeat().toNanos()) : Stopwatch.NEVER;
    }

    /**
     * Nanoseconds until a stream without a heartbeat has been silent for {@code length}; {@link Stopwatch#NEVER} for
     * others.
     */
    long silenceLeft(long now, long length) {
        return hasHeartbeat ? Stopwatch.NEVER : silence.left(now, length);
    }
}
