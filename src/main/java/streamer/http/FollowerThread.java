package streamer.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioIoThread;
import streamer.format.Format;
import streamer.kept.OutputLog;
import streamer.output.Chunk;
import streamer.time.Pulse;

/**
 * All followers on one I/O thread: reads for them into one buffer, once for all who are at the same place, and wakes
 * all that follow a log by one task when there is more of it.
 *
 * <p>Threads: that one; {@link #join} and {@link #leave} any.
 */
final class FollowerThread {
    private static final int READ_BYTES = 64 * 1024;

    /** After so many of a crowd others are served. */
    private static final int TURN = 128;

    private final XnioIoThread thread;
    private final Pulse pulse;
    private final Map<OutputLog, Crowd> crowds = new HashMap<>();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(Chunk.HEADROOM + READ_BYTES + Chunk.TAILROOM);
    private @Nullable OutputLog lastLog; // whose bytes are in the buffer
    private long lastOffset;
    private int lastLength;

    /** One of those who follow a log here. */
    interface Member extends Pulse.Timed {
        /** The log. */
        OutputLog log();

        /** There is more of it, or its end. */
        void more();
    }

    /**
     * Nobody follows yet.
     *
     * @param pulse calls them when something is due
     */
    FollowerThread(XnioIoThread thread, Pulse pulse) {
        this.thread = thread;
        this.pulse = pulse;
    }

    /** A timer of one who follows. */
    Pulse.Timer timer(Member follower) {
        return pulse.timer(follower);
    }

    /** Somebody follows. */
    synchronized void join(Member follower) {
        var crowd = crowds.get(follower.log());
        if (crowd == null) {
            crowd = new Crowd();
            crowds.put(follower.log(), crowd);
            follower.log().onMore(crowd);
        }
        crowd.add(follower);
    }

    /** Somebody follows no more. */
    synchronized void leave(Member follower) {
        var crowd = crowds.get(follower.log());
        if (crowd != null && crowd.isLast(follower)) {
            crowds.remove(follower.log());
            follower.log().forget(crowd);
        }
    }

    /**
     * Reads bytes of a log, at most up to an offset.
     *
     * @return null if they are not kept any more; without any if there are none yet. Valid until the next call.
     * @throws IOException if they cannot be read
     */
    @Nullable
    Chunk read(OutputLog log, long offset, long to) throws IOException {
        var limit = Math.min(to, log.next());
        if (offset == limit) {
            return new Chunk(Format.NOTHING, offset);
        }
        var isThere = lastLog == log
                && lastOffset == offset
                && offset >= log.first()
                && (lastLength == limit - offset || (lastLength == READ_BYTES && offset + lastLength <= limit));
        if (!isThere && !fill(log, offset, limit)) {
            return null;
        }
        buffer.limit(Chunk.HEADROOM + lastLength).position(Chunk.HEADROOM);
        return new Chunk(buffer, offset);
    }

    private boolean fill(OutputLog log, long offset, long limit) throws IOException {
        lastLog = null;
        buffer.clear().position(Chunk.HEADROOM);
        buffer.limit(Chunk.HEADROOM + (int) Math.min(READ_BYTES, Math.max(0, limit - offset)));
        if (!log.read(offset, buffer)) {
            return false;
        }
        lastLog = log;
        lastOffset = offset;
        lastLength = buffer.position() - Chunk.HEADROOM;
        return true;
    }

    /** What was read last has been changed by who sent it. */
    void spoil() {
        lastLog = null;
    }

    /** All followers of one log, in the order in which they came: so lies what belongs to them in memory, the kernel's too. */
    private final class Crowd implements Runnable {
        private final Set<Member> followers = new LinkedHashSet<>();
        private @Nullable List<Member> present; // a copy; null if somebody came or left since
        private final AtomicBoolean isCalled = new AtomicBoolean();
        private volatile boolean hasMore; // since they were called last

        /** Wakes all of them, on their thread, once for all that came meanwhile. */
        @Override
        public void run() {
            hasMore = true;
            if (isCalled.compareAndSet(false, true)) {
                execute(this::follow);
            }
        }

        private void execute(Runnable task) {
            try {
                thread.execute(task);
            } catch (RejectedExecutionException e) {
                // The server is being closed, and abandons them.
            }
        }

        private void follow() {
            hasMore = false;
            follow(present(), 0);
        }

        /** Wakes some of them; between them and the next those who follow other logs are served. */
        private void follow(List<Member> all, int from) {
            var to = Math.min(all.size(), from + TURN);
            var isGoingOn = false;
            try {
                all.subList(from, to).forEach(Member::more);
                isGoingOn = to < all.size() || hasMore;
            } finally {
                isCalled.set(isGoingOn);
            }
            if (to < all.size()) {
                execute(() -> follow(all, to));
            } else if (isGoingOn) { // later: the thread looks at its sockets only when it has nothing else to do
                thread.executeAfter(this::follow, 1, TimeUnit.MILLISECONDS);
            } else if (hasMore) {
                run();
            }
        }

        synchronized void add(Member follower) {
            followers.add(follower);
            present = null;
        }

        /** Removes one; whether nobody is left then. */
        synchronized boolean isLast(Member follower) {
            present = null;
            return followers.remove(follower) && followers.isEmpty();
        }

        private synchronized List<Member> present() {
            if (present == null) {
                present = List.copyOf(followers);
            }
            return present;
        }
    }
}
