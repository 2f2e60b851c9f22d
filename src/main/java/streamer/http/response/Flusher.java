package streamer.http.response;

import java.io.IOException;
import java.nio.ByteBuffer;
import streamer.format.Format;

/**
 * Flush decision: sends a stream's bytes when they reach the flush threshold, or by time.
 *
 * <p>Threads: guarded by its user.
 */
final class Flusher {
    private final FlushPolicy policy;
    private final Format format;
    private final Schedule schedule;
    private final Transmission transmission;
    private final Runnable expect;
    private final boolean isLent;

    /**
     * A flusher.
     *
     * @param isLent whether the output's buffers are used by others as soon as {@link #take} has returned
     * @param expect called when the time of the next due action may have changed
     */
    Flusher(Schedule schedule, Format format, Transmission transmission, boolean isLent, Runnable expect) {
        this.isLent = isLent && format.isIdentity();
        this.policy = schedule.policy();
        this.schedule = schedule;
        this.format = format;
        this.transmission = transmission;
        this.expect = expect;
    }

    /**
     * Encodes bytes of the output and sends or keeps them; false if the socket took less: the rest is to be given
     * again.
     */
    boolean take(ByteBuffer bytes) throws IOException {
        if (transmission.isOwed() && !transmission.sendLent(bytes)) {
            return false;
        }
        while (transmission.resume()) {
            if (!bytes.hasRemaining()) {
                return takePart();
            }
            if (!put(format.encode(bytes))) {
                return false;
            }
        }
        return false;
    }

    private boolean put(ByteBuffer next) throws IOException {
        if (!next.hasRemaining()) {
            return true;
        }
        schedule.partShown();
        if (policy.isFull(transmission.keptBytes() + next.remaining())) {
            return isLent ? transmission.sendLent(next) : transmission.send(next);
        }
        transmission.keep(next, policy.flushBytes());
        if (schedule.bytesKept(System.nanoTime())) {
            expect.run();
        }
        return true;
    }

    private boolean takePart() throws IOException {
        if (!format.hasPart()) {
            return true;
        }
        if (!policy.flushesByTime()) {
            return put(format.part());
        }
        if (schedule.partBegun(System.nanoTime())) {
            expect.run();
        }
        return true;
    }

    /** Sends what is due, without blocking. */
    void sendDue(long now) throws IOException {
        if (!transmission.isUnfinished() && schedule.isHeadDue(now)) {
            sendHead();
        }
        if (!transmission.isUnfinished() && schedule.isPartDue(now)) {
            schedule.partShown();
            transmission.send(format.part());
        }
        if (!transmission.isUnfinished() && schedule.areBytesDue(now)) {
            transmission.send(Format.NOTHING);
        }
        if (!transmission.isUnfinished() && schedule.isHeartbeatDue(now)) {
            transmission.send(transmission.keptBytes() > 0 ? Format.NOTHING : format.heartbeat());
        }
    }

    private void sendHead() throws IOException {
        var begin = format.begin();
        if (begin.hasRemaining()) {
            transmission.send(begin);
        } else { // bytes that are kept stay kept
            transmission.sendHead();
        }
    }
}
