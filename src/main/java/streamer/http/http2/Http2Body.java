package streamer.http.http2;

import io.undertow.protocols.http2.Http2Channel;
import io.undertow.protocols.http2.Http2HeadersStreamSinkChannel;
import io.undertow.util.HeaderMap;
import java.io.IOException;
import streamer.http.request.RequestBody;

/**
 * The body of one request.
 *
 * <p>Threads: any that owns the exchange.
 */
final class Http2Body implements RequestBody.Http2 {
    private final Http2Channel connection;
    private final Streams streams;
    private final int stream;
    private boolean isExpected;

    /**
     * A body.
     *
     * @param isExpected whether the client waits for 100 Continue
     */
    Http2Body(Http2Channel connection, Streams streams, int stream, boolean isExpected) {
        this.connection = connection;
        this.streams = streams;
        this.stream = stream;
        this.isExpected = isExpected;
    }

    @Override
    public void sendContinue() throws IOException {
        if (isExpected && !streams.isClosed(stream)) {
            isExpected = false;
            var interim = new HeaderMap().put(Http2Channel.STATUS, 100);
            new Http2HeadersStreamSinkChannel(connection, stream, interim).flush();
        }
    }

    @Override
    public void discard() {
        streams.discard(stream);
    }
}
