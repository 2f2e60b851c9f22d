package streamer.http.response;

import java.time.Duration;

/**
 * When bytes leave, and what is sent when there are none.
 *
 * @param flushBytes flush as soon as at least this many bytes wait; 1 to {@link #MAX_FLUSH_BYTES}
 * @param flushAfter however few wait, flush this long after the oldest of them came; zero for never
 * @param heartbeat send a heartbeat after this much silence on the wire
 * @param heartbeatText a plain stream's heartbeat; empty for none
 */
public record FlushPolicy(int flushBytes, Duration flushAfter, Duration heartbeat, String heartbeatText) {
    /** The largest threshold. */
    public static final int MAX_FLUSH_BYTES = 64 * 1024;

    /** Checks the threshold. */
    public FlushPolicy {
        if (flushBytes < 1 || flushBytes > MAX_FLUSH_BYTES) {
            throw new IllegalArgumentException("the flush threshold must be from 1 to 64k");
        }
    }

    boolean isFull(int waitingBytes) {
        return waitingBytes >= flushBytes;
    }

    /** Whether bytes, or a line's part, that have waited this long, in nanoseconds, have waited long enough. */
    boolean isOverdue(long waitedNanos) {
        return !flushAfter.isZero() && waitedNanos >= flushAfter.toNanos();
    }

    /** Whether a line's part is shown without waiting. */
    boolean showsPartsAtOnce() {
        return flushAfter.isZero();
    }

    boolean isHeartbeatDue(long silentNanos) {
        return silentNanos >= heartbeat.toNanos();
    }
}
