package streamer.http.http2;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The client's streams of one connection as the frames on the wire tell (RFC 9113, 5.1): open until both sides have
 * ended or one has reset it. A stream that was cut was ended by us while the client may still send: what comes of it is
 * dropped.
 *
 * <p>Threads: any.
 */
final class Streams {
    /** SETTINGS_MAX_CONCURRENT_STREAMS (RFC 9113, 6.5.2), as sent to clients. */
    static final int MAX = 100;

    /** How many cut streams are remembered: of older ones nothing is on its way any more. */
    private static final int MAX_CUT = 1_000;

    /** The window of each stream at its begin, in bytes: SETTINGS_INITIAL_WINDOW_SIZE (RFC 9113, 6.9.2). */
    static final int WINDOW = 65_535;

    /** How often a stream is asked whether it is {@link #overdue}, at most. */
    private static final int MAX_CHECKS = 6;

    private final AtomicInteger halfClosed;
    private final Map<Integer, Stream> open = new HashMap<>();
    private final Set<Integer> cut = new LinkedHashSet<>();
    private int last;
    private long idleSince = System.nanoTime();

    /** An open stream. */
    private static final class Stream {
        private boolean isEndedByClient;
        private boolean isEndedByUs;
        private boolean isDiscarded;
        private int discarded;
        private long window = WINDOW;
        private long received;
        private long receivedAtCheck;
        private int checks;
    }

    /**
     * No stream yet.
     *
     * @param halfClosed counts the streams, of all connections, that we have ended and the client has yet to
     */
    Streams(AtomicInteger halfClosed) {
        this.halfClosed = halfClosed;
    }

    /** What a head means. */
    enum Head {
        /** A request. */
        NEW,
        /** A request beyond the limit: to be refused. */
        REFUSED,
        /** Trailers of an open stream, or an error that Undertow finds. */
        OTHER,
        /** Of a cut stream. */
        DROPPED
    }

    /** A head has come. */
    synchronized Head head(int stream, boolean isLast) {
        if (stream <= last || stream % 2 == 0) {
            return data(stream, isLast) ? Head.OTHER : Head.DROPPED;
        }
        last = stream;
        var isRefused = open.size() >= MAX;
        open.put(stream, new Stream());
        if (isLast) {
            clientEnded(stream);
        }
        if (isRefused) {
            cut(stream);
        }
        return isRefused ? Head.REFUSED : Head.NEW;
    }

    /** DATA has come; false if it is to be dropped. */
    synchronized boolean data(int stream, boolean isLast) {
        var isCut = cut.contains(stream);
        if (isLast) {
            clientEnded(stream);
        }
        return !isCut;
    }

    /** From now on a stream's DATA is not handed out. */
    synchronized void discard(int stream) {
        var of = open.get(stream);
        if (of != null) {
            of.isDiscarded = true;
        }
    }

    synchronized boolean isDiscarded(int stream) {
        var of = open.get(stream);
        return of != null && of.isDiscarded;
    }

    /** Bytes of a stream have been discarded; how many are to be allowed in their place now. */
    synchronized int discarded(int stream, int bytes) {
        var of = open.get(stream);
        if (of == null) {
            return 0;
        }
        of.discarded += bytes;
        if (of.discarded < WINDOW / 2) {
            return 0;
        }
        var all = of.discarded;
        of.discarded = 0;
        return all;
    }

    synchronized boolean isCut(int stream) {
        return cut.contains(stream);
    }

    private void clientEnded(int stream) {
        cut.remove(stream);
        var ended = open.get(stream);
        if (ended != null) {
            ended.isEndedByClient = true;
            if (ended.isEndedByUs) {
                close(stream);
            }
        }
    }

    /** Whether more bytes have come, with these, than we have allowed for the stream. */
    synchronized boolean overflows(int stream, int bytes) {
        var of = open.get(stream);
        if (of == null) {
            return false;
        }
        of.received += bytes;
        return of.received > of.window;
    }

    /** WINDOW_UPDATE has left. */
    synchronized void allow(int stream, int bytes) {
        var of = open.get(stream);
        if (of != null) {
            of.window += bytes;
        }
    }

    /** The client has reset a stream. */
    synchronized void reset(int stream) {
        close(stream);
        cut.remove(stream);
    }

    /** Whether a stream of the client has been open, and is not any more. */
    synchronized boolean isClosed(int stream) {
        return stream % 2 == 1 && stream <= last && !open.containsKey(stream);
    }

    /** Our last frame of a stream has left; true if the client has yet to end it. */
    synchronized boolean ended(int stream) {
        var ended = open.get(stream);
        if (ended == null || ended.isEndedByClient) {
            close(stream);
            return false;
        }
        ended.isEndedByUs = true;
        halfClosed.incrementAndGet();
        return true;
    }

    /** Whether we have ended a stream, and the client has yet to end it. */
    synchronized boolean isHalfClosed(int stream) {
        var half = open.get(stream);
        return half != null && half.isEndedByUs;
    }

    /** The half-closed streams on which nothing has come since the last call, or that have been asked often enough. */
    synchronized List<Integer> overdue() {
        var overdue = new ArrayList<Integer>();
        open.forEach((stream, of) -> {
            if (of.isEndedByUs) {
                if (of.checks++ > 0 && (of.received == of.receivedAtCheck || of.checks > MAX_CHECKS)) {
                    overdue.add(stream);
                }
                of.receivedAtCheck = of.received;
            }
        });
        return overdue;
    }

    /** Whether any stream is half-closed. */
    synchronized boolean areHalfClosed() {
        return open.values().stream().anyMatch(of -> of.isEndedByUs);
    }

    /** We reset a stream; false if it is closed already. */
    synchronized boolean cut(int stream) {
        var of = open.get(stream);
        if (of == null) {
            return stream > last;
        }
        if (!of.isEndedByClient) {
            cut.add(stream);
            if (cut.size() > MAX_CUT) {
                cut.remove(cut.iterator().next());
            }
        }
        close(stream);
        return true;
    }

    private void close(int stream) {
        var closed = open.remove(stream);
        if (closed == null) {
            return;
        }
        if (closed.isEndedByUs) {
            halfClosed.decrementAndGet();
        }
        if (open.isEmpty()) {
            idleSince = System.nanoTime();
        }
    }

    /** The connection has ended. */
    synchronized void closeAll() {
        List.copyOf(open.keySet()).forEach(this::close);
    }

    /** Nanoseconds for which no stream has been open; 0 while one is. */
    synchronized long idle(long now) {
        return open.isEmpty() ? now - idleSince : 0;
    }

    /** Whether there has been a request. */
    synchronized boolean isUsed() {
        return last > 0;
    }
}
