package streamer.time;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Measures elapsed time: since it was started, and in all. Replaces a timestamp with a special value for "none";
 * allocates nothing, and release/acquire accesses are enough.
 *
 * <p>Threads: one starts and stops it; others may read, a moment late.
 */
public final class Stopwatch {
    /** No time-out, in nanoseconds: nothing is due. */
    public static final long NEVER = Long.MAX_VALUE;

    private static final long STOPPED = 0;
    private static final VarHandle SINCE = field("since");
    private static final VarHandle ACCOUNT = field("account");

    private long since = STOPPED;
    private long origin; // its first start

    /**
     * The time in all, one value for two states, so that no reader sees a half of it: while stopped, -1 minus that time;
     * while running, the time since the origin that it was stopped.
     */
    private long account = -1;

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
            if (account == -1) {
                origin = now;
            }
            ACCOUNT.setRelease(this, now - origin - (-1 - account));
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
        ACCOUNT.setRelease(this, -1L);
    }

    /** Stops it; {@link #total} keeps the time. */
    public void stop(long now) {
        if (since != STOPPED) {
            ACCOUNT.setRelease(this, -1 - (now - origin - account));
            SINCE.setRelease(this, STOPPED);
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
        var state = (long) ACCOUNT.getAcquire(this);
        return state < 0 ? -1 - state : Math.max(0, now - origin - state);
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
