package streamer.http.http2;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

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

    private final Map<Integer, Stream> open = new HashMap<>();
    private final Set<Integer> cut = new LinkedHashSet<>();
    private int last;
    private long idleSince = System.nanoTime();

    /** An open stream. */
    private static final class Stream {
        private boolean isEndedByClient;
        private boolean isEndedByUs;
        private long window = WINDOW;
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
        of.window -= bytes;
        return of.window < 0;
    }

    /** WINDOW_UPDATE has left. */
    synchronized void allow(int stream, int bytes) {
        var of = open.get(stream);
        if (of != null) {
            of.window += bytes;
        }
    }

    /** The client has reset a stream; false if that is to be dropped. */
    synchronized boolean reset(int stream) {
        close(stream);
        return !cut.remove(stream);
    }

    /** Our last frame of a stream has left; true if the client has yet to end it. */
    synchronized boolean ended(int stream) {
        var ended = open.get(stream);
        if (ended == null || ended.isEndedByClient) {
            close(stream);
            return false;
        }
        ended.isEndedByUs = true;
        return true;
    }

    /** Whether we have ended a stream, and the client has yet to end it. */
    synchronized boolean isHalfClosed(int stream) {
        var half = open.get(stream);
        return half != null && half.isEndedByUs;
    }

    /** We reset a stream; false if it is cut already. */
    synchronized boolean cut(int stream) {
        if (cut.contains(stream)) {
            return false;
        }
        var of = open.get(stream);
        if (of != null && !of.isEndedByClient) {
            cut.add(stream);
            if (cut.size() > MAX_CUT) {
                cut.remove(cut.iterator().next());
            }
        }
        close(stream);
        return true;
    }

    private void close(int stream) {
        if (open.remove(stream) != null && open.isEmpty()) {
            idleSince = System.nanoTime();
        }
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
