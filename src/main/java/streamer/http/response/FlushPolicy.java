package streamer.http.response;

import java.time.Duration;

/**
 * Configuration of flushes and heartbeats.
 *
 * @param flushBytes the flush threshold: flush as soon as this many bytes wait; 1 to {@link #MAX_FLUSH_BYTES}
 * @param flushAfter flush this long after the oldest waiting byte came; zero for never
 * @param heartbeat send a heartbeat after this much silence on the wire
 * @param heartbeatText a plain stream's heartbeat; empty for none
 */
public record FlushPolicy(int flushBytes, Duration flushAfter, Duration heartbeat, String heartbeatText) {
    /** The largest flush threshold, in bytes. */
    public static final int MAX_FLUSH_BYTES = 64 * 1024;

    /** Each byte at once, and no heartbeats. */
    public static final FlushPolicy AT_ONCE = new FlushPolicy(1, Duration.ZERO, Duration.ofDays(1), "");

    /** Checks the flush threshold. */
    public FlushPolicy {
        if (flushBytes < 1 || flushBytes > MAX_FLUSH_BYTES) {
            throw new IllegalArgumentException("the flush threshold must be from 1 to 64k");
        }
    }

    /** Whether this many waiting bytes reach the flush threshold. */
    boolean isFull(int waitingBytes) {
        return waitingBytes >= flushBytes;
    }

    /** Whether bytes are flushed by time; else they wait for the flush threshold, a heartbeat or the end. */
    boolean flushesByTime() {
        return !flushAfter.isZero();
    }
}
