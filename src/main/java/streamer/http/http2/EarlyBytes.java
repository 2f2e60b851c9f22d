package streamer.http.http2;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.xnio.conduits.AbstractStreamSourceConduit;
import org.xnio.conduits.StreamSourceConduit;

/**
 * What was read of a connection before its protocol was known, and then the rest.
 *
 * <p>Threads: the connection's I/O thread.
 */
final class EarlyBytes extends AbstractStreamSourceConduit<StreamSourceConduit> {
    private final ByteBuffer early;

    EarlyBytes(StreamSourceConduit next, ByteBuffer early) {
        super(next);
        this.early = early;
    }

    /** Whether some of the early bytes are left; the socket does not tell of them. */
    boolean isLeft() {
        return early.hasRemaining();
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        return early.hasRemaining() ? copy(early, into) : next.read(into);
    }

    /** Copies as many bytes as there are and fit; how many. */
    static int copy(ByteBuffer from, ByteBuffer into) {
        var length = Math.min(from.remaining(), into.remaining());
        var limit = from.limit();
        into.put(from.limit(from.position() + length));
        from.limit(limit);
        return length;
    }
}
