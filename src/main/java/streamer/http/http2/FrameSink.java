package streamer.http.http2;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.IntConsumer;
import org.xnio.conduits.AbstractStreamSinkConduit;
import org.xnio.conduits.StreamSinkConduit;

/**
 * The frames that a connection sends, as far as they tell about its {@link Streams}.
 *
 * <p>Threads: the connection's I/O thread.
 */
final class FrameSink extends AbstractStreamSinkConduit<StreamSinkConduit> {
    private final Streams streams;
    private final IntConsumer halfClosed;
    private final ByteBuffer header = ByteBuffer.allocate(Frame.HEADER);
    private final ByteBuffer increment = ByteBuffer.allocate(Integer.BYTES);
    private Frame frame = new Frame(0, 0, 0, 0);
    private int payload;

    /**
     * A sink.
     *
     * @param halfClosed called with a stream's number when we have ended it, and the client has yet to
     */
    FrameSink(StreamSinkConduit next, Streams streams, IntConsumer halfClosed) {
        super(next);
        this.streams = streams;
        this.halfClosed = halfClosed;
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
        var from = bytes.position();
        var length = next.write(bytes);
        sent(bytes, from);
        return length;
    }

    @Override
    public long write(ByteBuffer[] buffers, int offset, int count) throws IOException {
        var from = new int[count];
        for (var i = 0; i < count; i++) {
            from[i] = buffers[offset + i].position();
        }
        var length = next.write(buffers, offset, count);
        for (var i = 0; i < count; i++) {
            sent(buffers[offset + i], from[i]);
        }
        return length;
    }

    private void sent(ByteBuffer bytes, int from) {
        for (var at = from; at < bytes.position(); ) {
            if (payload == 0) {
                header.put(bytes.get(at++));
                if (header.hasRemaining()) {
                    continue;
                }
                frame = Frame.at(header, 0);
                payload = frame.length();
                header.clear();
            } else if (frame.type() == Frame.WINDOW_UPDATE && increment.hasRemaining()) {
                increment.put(bytes.get(at++));
                payload--;
            } else {
                var length = Math.min(payload, bytes.position() - at);
                at += length;
                payload -= length;
            }
            if (payload == 0) {
                sent(frame);
            }
        }
    }

    private void sent(Frame whole) {
        if (whole.type() == Frame.WINDOW_UPDATE) {
            streams.allow(whole.stream(), increment.getInt(0));
            increment.clear();
        } else if (whole.type() == Frame.RST_STREAM || (whole.type() <= Frame.HEADERS && whole.has(Frame.END_STREAM))) {
            if (streams.ended(whole.stream())) {
                halfClosed.accept(whole.stream());
            }
        }
    }
}
