package streamer.http.http2;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.xnio.conduits.AbstractStreamSourceConduit;

/**
 * The frames that a connection receives, one at most for each read. Heads are held back until they are whole: Undertow
 * hands them up as far as they have come. Frames of streams that were cut, and those without content, are dropped, where Undertow would end the
 * connection, and so is GOAWAY, at which it would break off the streams that the client still reads.
 *
 * <p>Threads: the connection's I/O thread.
 */
final class FrameSource extends AbstractStreamSourceConduit<EarlyBytes> {
    private static final int PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII).length;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    private static final ByteBuffer SCRATCH = ByteBuffer.allocate(16 * 1024); // nobody reads it

    private final Streams streams;
    private final FrameListener listener;
    private final ByteBuffer header = ByteBuffer.allocate(Frame.HEADER);
    private final Queue<Integer> injected = new ArrayDeque<>();
    private int preface = PREFACE;
    private ByteBuffer ready = NOTHING; // to be handed out as it is
    private int passing; // of the payload, after that
    private int dropping;
    private @Nullable HeadBlock head;
    private int headOf;
    private Streams.Head kind = Streams.Head.OTHER;
    private boolean failed;

    FrameSource(EarlyBytes next, Streams streams, FrameListener listener) {
        super(next);
        this.streams = streams;
        this.listener = listener;
    }

    /** The stream whose head was handed out last; 0 if another frame was handed out after it. */
    int headOf() {
        return headOf;
    }

    /** What that head is. */
    Streams.Head kind() {
        return kind;
    }

    /** Hands out an end of this stream, which the client has not sent. */
    void end(int stream) {
        injected.add(stream);
        if (hasMore() && isReadResumed()) {
            next.wakeupReads();
        }
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        if (failed) {
            return drop();
        }
        var from = into.position();
        var last = 0;
        while (into.hasRemaining() && !failed) {
            if (ready.hasRemaining()) {
                EarlyBytes.copy(ready, into);
            } else if (passing > 0) {
                last = pull(into, passing);
                passing -= Math.max(0, last);
            } else if (into.position() > from) {
                break;
            } else {
                last = prepare();
            }
            if (last < 0 || (last == 0 && !ready.hasRemaining())) {
                break;
            }
        }
        if (last >= 0 && hasMore() && isReadResumed()) {
            next.wakeupReads();
        }
        return into.position() > from ? into.position() - from : Math.min(last, 0);
    }

    /** Reads on to the next frame that is to be handed out; not more than 0 if that has not come. */
    private int prepare() throws IOException {
        headOf = 0;
        while (true) {
            int length;
            if (preface > 0) {
                passing = preface;
                preface = 0;
                return 1;
            }
            if (dropping > 0) {
                length = pull(SCRATCH.duplicate(), dropping);
                dropping -= Math.max(0, length);
            } else if (head != null && head.room().hasRemaining()) {
                length = pull(head.room(), head.room().remaining());
                finish(head);
            } else if (isBetweenFrames() && !injected.isEmpty()) {
                var stream = injected.remove();
                ready = new Frame(0, Frame.DATA, Frame.END_STREAM, stream)
                        .put(ByteBuffer.allocate(Frame.HEADER))
                        .flip();
                listener.ended(stream);
                return 1;
            } else {
                length = pull(header, header.remaining());
                if (!header.hasRemaining()) {
                    begin(Frame.at(header.flip(), 0));
                }
            }
            if (failed) {
                return 0;
            }
            if (ready.hasRemaining() || length <= 0) {
                return ready.hasRemaining() ? 1 : length;
            }
        }
    }

    private void begin(Frame frame) {
        if (head != null && (frame.type() != Frame.CONTINUATION || !head.isOf(frame.stream()))) {
            fail(Http2Connection.ERROR_PROTOCOL_ERROR);
            return;
        }
        if (frame.length() > Frame.MAX_LENGTH) {
            fail(Http2Connection.ERROR_FRAME_SIZE_ERROR);
            return;
        }
        switch (frame.type()) {
            case Frame.HEADERS -> beginHead(frame);
            case Frame.CONTINUATION -> continueHead(frame);
            case Frame.DATA -> beginData(frame);
            case Frame.RST_STREAM -> {
                listener.reset();
                passOrDrop(frame, !streams.isClosed(frame.stream()));
                streams.reset(frame.stream());
            }
            case Frame.WINDOW_UPDATE -> passOrDrop(frame, !streams.isClosed(frame.stream()));
            case Frame.PING -> {
                if (frame.has(Frame.ACK)) {
                    listener.acknowledged();
                }
                passOrDrop(frame, !frame.has(Frame.ACK));
            }
            case Frame.GOAWAY -> passOrDrop(frame, frame.stream() != 0);
            default -> passOrDrop(frame, true);
        }
    }

    private void passOrDrop(Frame frame, boolean passes) {
        if (passes) {
            ready = ByteBuffer.allocate(Frame.HEADER).put(header).flip();
            passing = frame.length();
        } else {
            dropping = frame.length();
        }
        header.clear();
    }

    private void beginData(Frame frame) {
        var stream = frame.stream();
        var isLast = frame.has(Frame.END_STREAM);
        listener.received(frame.length());
        if (streams.overflows(stream, frame.length())) {
            listener.overflow(stream);
        }
        var isDiscarded = streams.isDiscarded(stream);
        var isEmpty = frame.length() == 0 && !isLast;
        var isWanted = streams.data(stream, isLast) && !isDiscarded && !isEmpty;
        passOrDrop(frame, isWanted);
        if (isDiscarded && isLast) {
            injected.add(stream);
        } else if (isDiscarded) {
            listener.discarded(stream, frame.length());
        }
    }

    private void beginHead(Frame frame) {
        if (frame.stream() == 0) {
            passOrDrop(frame, true); // an error, which Undertow finds
        } else {
            header.clear();
            head = new HeadBlock(frame);
            finish(head);
        }
    }

    private void continueHead(Frame frame) {
        if (head == null) {
            passOrDrop(frame, true); // an error, which Undertow finds
            return;
        }
        header.clear();
        if (head.expect(frame)) {
            finish(head);
        } else {
            fail(Http2Connection.ERROR_ENHANCE_YOUR_CALM);
        }
    }

    private void finish(HeadBlock block) {
        if (block.room().hasRemaining()) {
            return;
        }
        if (!block.unpad()) {
            fail(Http2Connection.ERROR_PROTOCOL_ERROR);
        } else if (block.isLast()) {
            ready = block.frame();
            headOf = Frame.at(ready, 0).stream();
            kind = streams.head(headOf, block.endsStream());
            head = null;
            if (block.endsStream()) {
                injected.remove(headOf);
            }
        }
    }

    private void fail(int code) {
        failed = true;
        listener.fail(code);
    }

    /** Reads on, after a failure, so that the client can read why; and notices that the connection is closed. */
    private int drop() throws IOException {
        int length;
        do {
            length = next.read(SCRATCH.duplicate());
        } while (length > 0);
        return length;
    }

    private int pull(ByteBuffer into, int most) throws IOException {
        var limit = into.limit();
        into.limit(Math.min(limit, into.position() + most));
        try {
            return next.read(into);
        } finally {
            into.limit(limit);
        }
    }

    /** Whether there is something to hand out that the socket does not tell. */
    private boolean hasMore() {
        return !failed && (next.isLeft() || ready.hasRemaining() || (isBetweenFrames() && !injected.isEmpty()));
    }

    private boolean isBetweenFrames() {
        return head == null && header.position() == 0 && preface == 0 && passing == 0 && dropping == 0;
    }

    @Override
    public void resumeReads() {
        if (hasMore()) {
            next.wakeupReads();
        } else {
            next.resumeReads();
        }
    }

    @Override
    public long read(ByteBuffer[] buffers, int offset, int length) throws IOException {
        for (var i = offset; i < offset + length; i++) {
            if (buffers[i].hasRemaining()) {
                return read(buffers[i]);
            }
        }
        return 0;
    }
}
