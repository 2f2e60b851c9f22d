package streamer.http.listener;

import io.undertow.connector.ByteBufferPool;
import io.undertow.connector.PooledByteBuffer;
import io.undertow.server.ConnectorStatistics;
import io.undertow.server.DelegateOpenListener;
import io.undertow.server.HttpHandler;
import io.undertow.server.protocol.http.HttpOpenListener;
import io.undertow.server.protocol.http.HttpServerConnection;
import org.jspecify.annotations.Nullable;
import org.xnio.OptionMap;
import org.xnio.StreamConnection;
import streamer.http.response.WriteMonitor;

/** Opens HTTP/1 connections: Undertow's, with conduits of ours below it. */
final class Http1Listener implements DelegateOpenListener {
    private final HttpOpenListener http;
    private final OpeningTimeout opening;

    Http1Listener(ByteBufferPool buffers, OptionMap options, OpeningTimeout opening) {
        http = new HttpOpenListener(buffers, options);
        this.opening = opening;
    }

    @Override
    public void handleEvent(StreamConnection opened) {
        handleEvent(opened, null);
    }

    @Override
    public void handleEvent(StreamConnection opened, @Nullable PooledByteBuffer early) {
        var source = opened.getSourceChannel();
        var heads = new RequestHeads(opened, source.getConduit(), () -> opening.end(opened));
        source.setConduit(heads);
        var sink = opened.getSinkChannel();
        sink.setConduit(new WriteMonitor(sink.getConduit()));
        if (early != null) {
            heads.notice(early.getBuffer());
        }
        http.handleEvent(opened, early);
    }

    @Override
    public void setRootHandler(HttpHandler root) {
        http.setRootHandler(exchange -> {
            if (exchange.getConnection() instanceof HttpServerConnection connection
                    && connection.getOriginalSourceConduit() instanceof RequestHeads heads) {
                heads.begin(exchange, connection);
            }
            root.handleRequest(exchange);
        });
    }

    @Override
    public HttpHandler getRootHandler() {
        return http.getRootHandler();
    }

    @Override
    public void closeConnections() {
        http.closeConnections();
    }

    @Override
    public OptionMap getUndertowOptions() {
        return http.getUndertowOptions();
    }

    @Override
    public void setUndertowOptions(OptionMap options) {
        http.setUndertowOptions(options);
    }

    @Override
    public ByteBufferPool getBufferPool() {
        return http.getBufferPool();
    }

    @Override
    public @Nullable ConnectorStatistics getConnectorStatistics() {
        return http.getConnectorStatistics();
    }
}
