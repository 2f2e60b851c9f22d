package streamer.http.response;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import streamer.format.Format;
import streamer.time.Stopwatch;

/**
 * Write buffer of one response: bytes that are kept until the flush threshold is reached, and bytes that the socket has
 * yet to take. The head is sent with the first of them. Never blocks.
 *
 * <p>Threads: all methods under the sink's lock, but {@link #whenWritable} and {@link #wake}, which take it, as the I/O
 * thread's callback does, and {@link #blocked}.
 */
final class Transmission {
    private static final long SOON_NANOS = Duration.ofMillis(50).toNanos();

    private final ReentrantLock lock;
    private final Schedule schedule;
    private final SinkListener listener;
    private final Opening opening;
    private final WaitingBytes kept = new WaitingBytes();
    private final Stopwatch blocked = new Stopwatch();
    private ByteBuffer current = Format.NOTHING; // to be sent after the kept bytes
    private @Nullable ResponseChannel channel;
    private @Nullable Runnable whenWritable;
    private boolean isOwed; // bytes that were lent, and not taken whole
    private boolean isYielding; // nothing waits to be sent but what its task has not given yet
    private boolean stopped;
    private boolean broken;

    /** Opens the channel. */
    interface Opening {
        /**
         * Commits status and headers; called under the lock.
         *
         * @throws IOException if the channel is closed
         */
        ResponseChannel open(Stopwatch blocked, Runnable writable) throws IOException;
    }

    Transmission(ReentrantLock lock, Schedule schedule, SinkListener listener, Opening opening) {
        this.lock = lock;
        this.schedule = schedule;
        this.listener = listener;
        this.opening = opening;
    }

    /** How many bytes are kept. */
    int keptBytes() {
        return kept.length();
    }

    /** Keeps bytes, to be sent before all later ones; allocates {@code capacity} at least. */
    void keep(ByteBuffer bytes, int capacity) {
        kept.add(bytes, capacity);
    }

    /** Whether the last write is incomplete. */
    boolean isUnfinished() {
        return current.hasRemaining() || blocked.isRunning();
    }

    /** Completes the last write; false if the socket did not take all. */
    boolean resume() throws IOException {
        return !isUnfinished() || send(current);
    }

    /** Sends the kept bytes and then these; false if the socket did not take all. */
    boolean send(ByteBuffer bytes) throws IOException {
        if (broken) {
            throw new ClosedChannelException();
        }
        var open = channel();
        var wasBlocked = blocked.isRunning();
        current = bytes;
        try {
            if (!open.write(kept.take(), bytes)) {
                return false;
            }
            if (wasBlocked) { // meanwhile nothing was due, and no timer waits for what will be
                listener.dueWithin(SOON_NANOS);
            }
            current = Format.NOTHING; // its owner may reuse the buffer
            return true;
        } finally {
            kept.taken();
            if (open.taken() > 0) {
                schedule.bytesSent(kept.length() > 0, System.nanoTime());
            }
        }
    }

    /** As {@link #send}, but of bytes that are given again if they were not taken whole, perhaps in another buffer. */
    boolean sendLent(ByteBuffer bytes) throws IOException {
        isOwed = !send(bytes);
        if (isOwed) {
            current = Format.NOTHING;
        }
        return !isOwed;
    }

    /** Whether bytes that were lent are to be given again, before all others. */
    boolean isOwed() {
        return isOwed;
    }

    /** Sends the head alone. */
    void sendHead() throws IOException {
        channel().write(Format.NOTHING, Format.NOTHING);
    }

    /** The channel; the first call commits status and headers. */
    ResponseChannel channel() throws IOException {
        if (channel == null) {
            channel = opening.open(blocked, this::writable);
        }
        return channel;
    }

    /** Whether the channel is open, or has yet to be opened. */
    boolean isOpen() {
        return channel == null || channel.isOpen();
    }

    /** Runs while bytes wait and the client takes none. */
    Stopwatch blocked() {
        return blocked;
    }

    /**
     * Callback on the I/O thread: completes the last write here, without a turn of another thread for each of its parts
     * (HTTP/2 takes them by frames), and then calls the waiting task.
     */
    private void writable() {
        var isOpen = false;
        var isFinished = true;
        lock.lock();
        try {
            if (channel != null) {
                channel.suspendWrites();
                isOpen = channel.isOpen();
            }
            broken |= !isOpen;
            if (isYielding) {
                isYielding = false;
                blocked.reset();
                listener.dueWithin(SOON_NANOS); // meanwhile nothing was due
            }
            if (isOpen && !stopped && !isOwed) {
                isFinished = resume();
            }
        } catch (IOException e) {
            isOpen = false;
            broken = true; // no other event comes: whoever waits from now on must not wait for one
        } finally {
            lock.unlock();
        }
        if (isFinished) {
            wake();
        }
        if (!isOpen) {
            listener.clientLeft();
        }
    }

    /** Calls the task, once, as soon as more may be sent, perhaps at once; it must not wait. */
    void whenWritable(Runnable task) {
        lock.lock();
        try {
            if (!stopped && !broken && isUnfinished()) {
                whenWritable = task;
                return;
            }
        } finally {
            lock.unlock();
        }
        task.run();
    }

    /** Calls the task, once, when the I/O thread has served others; it must not wait. */
    void whenOthersWereServed(Runnable task) throws IOException {
        lock.lock();
        try {
            whenWritable = task;
            isYielding = true;
            channel().awaitWritable();
        } finally {
            lock.unlock();
        }
    }

    /** Ends sending; {@link #wake} must follow. */
    void stop() {
        stopped = true;
    }

    /** Calls the waiting task, if there is one. */
    void wake() {
        @Nullable Runnable task;
        lock.lock();
        try {
            task = whenWritable;
            whenWritable = null;
        } finally {
            lock.unlock();
        }
        if (task != null) {
            task.run();
        }
    }
}
