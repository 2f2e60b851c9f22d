package streamer.http.http2;

import io.undertow.connector.ByteBufferPool;
import io.undertow.connector.PooledByteBuffer;
import io.undertow.protocols.http2.AbstractHttp2StreamSinkChannel;
import io.undertow.protocols.http2.AbstractHttp2StreamSourceChannel;
import io.undertow.protocols.http2.Http2Channel;
import io.undertow.protocols.http2.Http2StreamSourceChannel;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.framed.FrameHeaderData;
import io.undertow.server.protocol.http.HttpContinue;
import io.undertow.server.protocol.http2.Http2ReceiveListener;
import io.undertow.util.Headers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.xnio.ChannelExceptionHandler;
import org.xnio.IoUtils;
import org.xnio.OptionMap;
import org.xnio.StreamConnection;
import org.xnio.XnioExecutor;
import streamer.http.request.ClientStream;
import streamer.http.request.RequestBody;

/**
 * A connection that holds its client to the limit of concurrent streams, judges heads before Undertow merges them, and
 * ends a stream, where Undertow would end all of them.
 *
 * <p>Threads: the connection's I/O thread; streams are reset by any.
 */
final class Http2Connection extends Http2Channel implements FrameListener {
    private static final long FIRST_REQUEST_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long NEXT_REQUEST_NANOS = TimeUnit.SECONDS.toNanos(100); // proxies keep theirs for up to 90 s
    private static final int PING_BYTES = 8;
    private static final long PING_MILLIS = 1_000; // for its answer
    private static final long GOAWAY_MILLIS = 2_000;
    private static final long LINGER_SECONDS = 5;
    private static final int MAX_HALF_CLOSED = 1_000;
    private static final AtomicInteger HALF_CLOSED = new AtomicInteger();
    private static final int MAX_REFUSED = 100;
    private static final int MAX_RESET = 200;

    private final StreamConnection connection;
    private final Streams streams = new Streams(HALF_CLOSED);
    private final FrameSource source;
    private final Rate refused = new Rate(MAX_REFUSED);
    private final Rate resets = new Rate(MAX_RESET);
    private final Rate provoked = new Rate(MAX_RESET);
    private final Queue<Integer> broken = new ArrayDeque<>(); // that the client has yet to learn
    private XnioExecutor.Key idleTimer = () -> false;
    private int received;
    private boolean isLingering;
    private @Nullable Http2StreamSourceChannel request;

    /**
     * Takes a connection over.
     *
     * @param early what was read before; closed here
     */
    Http2Connection(
            StreamConnection connection, ByteBufferPool buffers, @Nullable PooledByteBuffer early, OptionMap options) {
        super(connection, "h2", buffers, null, false, false, options);
        this.connection = connection;
        var source = connection.getSourceChannel();
        this.source = new FrameSource(new EarlyBytes(source.getConduit(), copied(early)), streams, this);
        source.setConduit(this.source);
        var sink = connection.getSinkChannel();
        sink.setConduit(new FrameSink(sink.getConduit(), streams, this::halfClosed));
    }

    private static ByteBuffer copied(@Nullable PooledByteBuffer early) {
        if (early == null) {
            return ByteBuffer.allocate(0);
        }
        try (early) {
            return ByteBuffer.allocate(early.getBuffer().remaining())
                    .put(early.getBuffer())
                    .flip();
        }
    }

    /** Begins to receive requests, which go to this handler. */
    void receive(HttpHandler handler, int bufferBytes) {
        var requests =
                new Http2ReceiveListener(exchange -> handle(exchange, handler), getSettings(), bufferBytes, null);
        getReceiveSetter().set(requests);
        checkIdleIn(FIRST_REQUEST_NANOS);
        addCloseTask(closed -> {
            idleTimer.remove();
            streams.closeAll();
        });
        resumeReceives();
    }

    /** {@link Http2ReceiveListener} calls it for the head that was made a request right before. */
    private void handle(HttpServerExchange exchange, HttpHandler handler) throws Exception {
        if (request != null) {
            var stream = request.getStreamId();
            exchange.putAttachment(ClientStream.KEY, () -> streams.isClosed(stream));
        }
        if (request != null && !exchange.isRequestComplete()) {
            var isExpected = HttpContinue.requiresContinueResponse(exchange.getRequestHeaders());
            exchange.getRequestHeaders().remove(Headers.EXPECT); // else Undertow would answer, and reset the stream
            RequestBody.take(exchange, new Http2Body(this, streams, request.getStreamId(), isExpected));
        }
        handler.handleRequest(exchange);
    }

    @Override
    protected @Nullable AbstractHttp2StreamSourceChannel createChannelImpl(FrameHeaderData frame, PooledByteBuffer data)
            throws IOException {
        var stream = source.headOf();
        if (stream == 0) {
            return super.createChannelImpl(frame, data);
        }
        if (source.kind() == Streams.Head.DROPPED) {
            data.close();
            return null;
        }
        AbstractHttp2StreamSourceChannel made;
        try {
            made = super.createChannelImpl(frame, data);
        } catch (NumberFormatException e) { // of Content-Length
            made = null;
            sendRstStream(stream, ERROR_PROTOCOL_ERROR);
        }
        request = made instanceof Http2StreamSourceChannel head && isAccepted(head) ? head : null;
        return request;
    }

    private boolean isAccepted(Http2StreamSourceChannel head) {
        if (source.kind() == Streams.Head.REFUSED) {
            super.sendRstStream(head.getStreamId(), ERROR_REFUSED_STREAM);
            endUnless(refused.allows());
            return false;
        }
        if (Heads.isMalformed(head.getHeaders())) {
            sendRstStream(head.getStreamId(), ERROR_PROTOCOL_ERROR);
            return false;
        }
        return true;
    }

    private void endUnless(boolean isBearable) {
        if (!isBearable) {
            sendGoAway(ERROR_ENHANCE_YOUR_CALM);
        }
    }

    /**
     * Once for each stream. A stream that is closed before its end is a run that was broken off; one whose body is
     * dropped seems to be shorter than it says.
     */
    @Override
    public void sendRstStream(int stream, int code) {
        var isShort = code == ERROR_PROTOCOL_ERROR && streams.isDiscarded(stream);
        if (isShort || !streams.cut(stream)) {
            return;
        }
        if (code == ERROR_STREAM_CLOSED) {
            breakOff(stream);
        } else {
            super.sendRstStream(stream, code);
            endUnless(provoked.allows());
        }
    }

    /**
     * The reset comes when the client has said that it has read all before, by PING (RFC 9113, 6.7), since clients, curl
     * too, lose the last bytes where they read a reset together with them.
     */
    private synchronized void breakOff(int stream) {
        broken.add(stream);
        sendPing(new byte[PING_BYTES]);
        connection.getIoThread().executeAfter(() -> unanswered(stream), PING_MILLIS, TimeUnit.MILLISECONDS);
    }

    private synchronized void unanswered(int stream) {
        if (broken.remove(stream)) {
            super.sendRstStream(stream, ERROR_INTERNAL_ERROR);
        }
    }

    @Override
    public synchronized void acknowledged() {
        var stream = broken.poll();
        if (stream != null) {
            getIoThread().execute(() -> super.sendRstStream(stream, ERROR_INTERNAL_ERROR));
        }
    }

    /**
     * A response is whole, and its request is not: the rest is dropped for a while, since clients may lose a response
     * that a reset follows, and then the stream is reset (RFC 9113, 8.1).
     */
    private void halfClosed(int stream) {
        if (HALF_CLOSED.get() > MAX_HALF_CLOSED) {
            getIoThread().execute(() -> endRequest(stream));
        } else if (!isLingering) {
            isLingering = true;
            checkHalfClosedLater();
        }
    }

    private void checkHalfClosedLater() {
        connection.getIoThread().executeAfter(this::checkHalfClosed, LINGER_SECONDS, TimeUnit.SECONDS);
    }

    private void checkHalfClosed() {
        streams.overdue().forEach(this::endRequest);
        isLingering = isOpen() && streams.areHalfClosed();
        if (isLingering) {
            checkHalfClosedLater();
        }
    }

    private void endRequest(int stream) {
        if (streams.isHalfClosed(stream) && streams.cut(stream)) {
            source.end(stream); // so that Undertow forgets it; a stream that was reset it would keep for a minute
        }
    }

    @Override
    public void ended(int stream) {
        if (streams.isCut(stream)) { // else the client has ended it itself
            getIoThread().execute(() -> super.sendRstStream(stream, ERROR_NO_ERROR));
        }
    }

    /** Also closes the connection of a client that does not read it. */
    @Override
    public void sendGoAway(int code, ChannelExceptionHandler<AbstractHttp2StreamSinkChannel> handler) {
        if (!isThisGoneAway()) {
            connection.getIoThread().executeAfter(() -> IoUtils.safeClose(this), GOAWAY_MILLIS, TimeUnit.MILLISECONDS);
        }
        super.sendGoAway(code, handler);
    }

    /** Nothing: a connection's window is credited when DATA comes, so that no stream can stop another one. */
    @Override
    public void updateReceiveFlowControlWindow(int read) {}

    @Override
    public void received(int bytes) {
        received += bytes;
        if (received >= Streams.WINDOW / 2) {
            allow(0, received);
            received = 0;
        }
    }

    @Override
    public void discarded(int stream, int bytes) {
        var allowed = streams.discarded(stream, bytes);
        if (allowed > 0) {
            allow(stream, allowed);
        }
    }

    private void allow(int stream, int bytes) {
        try {
            sendUpdateWindowSize(stream, bytes);
        } catch (IOException e) {
            IoUtils.safeClose(this);
        }
    }

    @Override
    public void overflow(int stream) {
        sendRstStream(stream, ERROR_FLOW_CONTROL_ERROR);
    }

    @Override
    public void reset() {
        endUnless(resets.allows());
    }

    @Override
    public void fail(int code) {
        sendGoAway(code);
    }

    private void checkIdleIn(long nanos) {
        idleTimer = connection.getIoThread().executeAfter(this::checkIdle, nanos, TimeUnit.NANOSECONDS);
    }

    private void checkIdle() {
        var longest = streams.isUsed() ? NEXT_REQUEST_NANOS : FIRST_REQUEST_NANOS;
        var left = longest - streams.idle(System.nanoTime());
        if (left <= 0) {
            sendGoAway(ERROR_NO_ERROR);
        } else if (isOpen()) {
            checkIdleIn(left);
        }
    }
}
