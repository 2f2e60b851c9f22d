package streamer.http.response;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.xnio.conduits.AbstractStreamSinkConduit;
import org.xnio.conduits.StreamSinkConduit;

/**
 * The lowest conduit of a connection: tells whether its last write took all. Undertow's chunked conduit keeps the CRLF
 * that a partial write has left, without a word, for its next write.
 *
 * <p>Threads: the one that writes.
 */
public final class WriteMonitor extends AbstractStreamSinkConduit<StreamSinkConduit> {
    private boolean tookAll = true;

    /** A monitor of writes to this conduit. */
    public WriteMonitor(StreamSinkConduit next) {
        super(next);
    }

    /** The one below, for who knows itself what its writes have left. */
    StreamSinkConduit next() {
        return next;
    }

    /** Whether the last write took all bytes. */
    boolean tookAll() {
        return tookAll;
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
        var length = next.write(bytes);
        tookAll = !bytes.hasRemaining();
        return length;
    }

    @Override
    public long write(ByteBuffer[] buffers, int offset, int length) throws IOException {
        var taken = next.write(buffers, offset, length);
        var last = offset + length - 1;
        while (last > offset && !buffers[last].hasRemaining()) {
            last--;
        }
        tookAll = !buffers[last].hasRemaining();
        return taken;
    }
}
