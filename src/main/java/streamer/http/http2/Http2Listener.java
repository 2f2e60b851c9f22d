package streamer.http.http2;

import io.undertow.UndertowOptions;
import io.undertow.connector.ByteBufferPool;
import io.undertow.connector.PooledByteBuffer;
import io.undertow.server.ConnectorStatistics;
import io.undertow.server.DelegateOpenListener;
import io.undertow.server.HttpHandler;
import io.undertow.server.handlers.ResponseCodeHandler;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.OptionMap;
import org.xnio.StreamConnection;

/** Opens HTTP/2 connections; in place of Undertow's own listener. */
public final class Http2Listener implements DelegateOpenListener {
    /** Buffers of bodies that are not read yet: some ten whole windows; beyond that no more is read. */
    private static final int MAX_QUEUED_BUFFERS = 50;

    /** Frames, a buffer of 16 KiB each, that the socket has yet to take; beyond that no more is read. */
    private static final int MAX_QUEUED_FRAMES = 20;

    private final Set<Http2Connection> connections = ConcurrentHashMap.newKeySet();
    private final ByteBufferPool buffers;
    private final Consumer<StreamConnection> begun;
    private OptionMap options;
    private HttpHandler handler = ResponseCodeHandler.HANDLE_404;

    /**
     * A listener.
     *
     * @param begun called for each connection, before its preface is read
     */
    public Http2Listener(ByteBufferPool buffers, OptionMap options, Consumer<StreamConnection> begun) {
        this.begun = begun;
        this.buffers = buffers;
        this.options = options(options);
    }

    private static OptionMap options(OptionMap common) {
        return OptionMap.builder()
                .addAll(common)
                .set(UndertowOptions.HTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, Streams.MAX)
                .set(UndertowOptions.HTTP2_SETTINGS_INITIAL_WINDOW_SIZE, Streams.WINDOW)
                .set(UndertowOptions.HTTP2_SETTINGS_MAX_FRAME_SIZE, Frame.MAX_LENGTH) // a head is made one frame
                .set(UndertowOptions.MAX_RST_FRAMES_PER_WINDOW, Integer.MAX_VALUE) // counts those of failed runs too
                .set(UndertowOptions.MAX_QUEUED_READ_BUFFERS, MAX_QUEUED_BUFFERS)
                .set(UndertowOptions.QUEUED_FRAMES_HIGH_WATER_MARK, MAX_QUEUED_FRAMES)
                .getMap();
    }

    @Override
    public void handleEvent(StreamConnection opened) {
        handleEvent(opened, null);
    }

    @Override
    public void handleEvent(StreamConnection opened, @Nullable PooledByteBuffer early) {
        begun.accept(opened);
        var connection = new Http2Connection(opened, buffers, early, options);
        connections.add(connection);
        connection.addCloseTask(connections::remove);
        connection.receive(handler, buffers.getBufferSize());
    }

    @Override
    public void closeConnections() {
        connections.forEach(IoUtils::safeClose);
    }

    @Override
    public HttpHandler getRootHandler() {
        return handler;
    }

    @Override
    public void setRootHandler(HttpHandler root) {
        handler = root;
    }

    @Override
    public OptionMap getUndertowOptions() {
        return options;
    }

    @Override
    public void setUndertowOptions(OptionMap changed) {
        options = options(changed);
    }

    @Override
    public ByteBufferPool getBufferPool() {
        return buffers;
    }

    @Override
    public @Nullable ConnectorStatistics getConnectorStatistics() {
        return null;
    }
}
