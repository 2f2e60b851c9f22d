package streamer.http.http2;

import java.util.concurrent.TimeUnit;

/**
 * Counts events within windows of 30 s.
 *
 * <p>Threads: any.
 */
final class Rate {
    private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final int most;
    private long begin = System.nanoTime();
    private int count;

    /**
     * A rate.
     *
     * @param most how many events are allowed in a window
     */
    Rate(int most) {
        this.most = most;
    }

    /** Counts one; false if they were too many. */
    synchronized boolean allows() {
        var now = System.nanoTime();
        if (now - begin > WINDOW_NANOS) {
            begin = now;
            count = 0;
        }
        return ++count <= most;
    }
}
