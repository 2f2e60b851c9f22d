package streamer.time;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Measures elapsed time: since it was started, and in all. Replaces a timestamp with a special value for "none";
 * allocates nothing, and release/acquire accesses are enough.
 *
 * <p>Threads: one starts and stops it; others may read, and may for a moment see less time than has passed, never more.
 */
public final class Stopwatch {
    /** No time-out, in nanoseconds: nothing is due. */
    public static final long NEVER = Long.MAX_VALUE;

    private static final long STOPPED = 0;
    private static final VarHandle SINCE = field("since");
    private static final VarHandle EARLIER = field("earlier");

    private long since = STOPPED;
    private long earlier;

    private static VarHandle field(String name) {
        try {
            return MethodHandles.lookup().findVarHandle(Stopwatch.class, name, long.class);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(name, e);
        }
    }

    /** Starts it; no effect while it runs. {@code now} is {@link System#nanoTime()}, here and below. */
    public void start(long now) {
        if (since == STOPPED) {
            SINCE.setRelease(this, now == STOPPED ? 1 : now);
        }
    }

    /** Resets and starts it. */
    public void restart(long now) {
        reset();
        start(now);
    }

    /** Stops it and sets all times to 0. */
    public void reset() {
        SINCE.setRelease(this, STOPPED);
        EARLIER.setRelease(this, 0L);
    }

    /** Stops it; {@link #total} keeps the time. */
    public void stop(long now) {
        var from = since;
        if (from != STOPPED) {
            SINCE.setRelease(this, STOPPED); // first: a reader between the two sees less
            EARLIER.setRelease(this, earlier + now - from);
        }
    }

    /** Whether it runs. */
    public boolean isRunning() {
        return (long) SINCE.getAcquire(this) != STOPPED;
    }

    /** Nanoseconds since it was started; 0 if it is stopped. */
    public long elapsed(long now) {
        var from = (long) SINCE.getAcquire(this);
        return from == STOPPED ? 0 : Math.max(0, now - from);
    }

    /** Nanoseconds that it has run in all since the last reset. */
    public long total(long now) {
        return (long) EARLIER.getAcquire(this) + elapsed(now); // in this order, see stop
    }

    /** Nanoseconds until it has run for {@code length}, 0 if it has; {@link #NEVER} if it is stopped. */
    public long left(long now, long length) {
        if (!isRunning()) {
            return NEVER;
        }
        var passed = elapsed(now); // 0 if it was started after now was read
        return length > passed ? length - passed : 0;
    }
}
