package streamer.http.listener;

import io.undertow.connector.ByteBufferPool;
import io.undertow.connector.PooledByteBuffer;
import io.undertow.server.DelegateOpenListener;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.xnio.ChannelListener;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;
import org.xnio.conduits.ConduitStreamSourceChannel;

/** Chooses the protocol of a plain connection: HTTP/2 if it begins with its preface (RFC 9113, 3.3), else HTTP/1. */
final class PriorKnowledge implements ChannelListener<StreamConnection> {
    private static final ByteBuffer PREFACE =
            ByteBuffer.wrap("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));

    private final ByteBufferPool buffers;
    private final DelegateOpenListener http1;
    private final DelegateOpenListener http2;

    PriorKnowledge(ByteBufferPool buffers, DelegateOpenListener http1, DelegateOpenListener http2) {
        this.buffers = buffers;
        this.http1 = http1;
        this.http2 = http2;
    }

    @Override
    public void handleEvent(StreamConnection opened) {
        new Begin(opened).handleEvent(opened.getSourceChannel());
    }

    /**
     * The first bytes of one connection.
     *
     * <p>Threads: its I/O thread.
     */
    private final class Begin implements ChannelListener<ConduitStreamSourceChannel> {
        private final StreamConnection connection;
        private @Nullable PooledByteBuffer bytes;

        Begin(StreamConnection connection) {
            this.connection = connection;
        }

        @Override
        public void handleEvent(ConduitStreamSourceChannel source) {
            try {
                if (bytes == null) {
                    bytes = buffers.allocate();
                }
                read(source, bytes);
            } catch (IOException e) {
                release();
                IoUtils.safeClose(connection);
            }
        }

        private void read(ConduitStreamSourceChannel source, PooledByteBuffer into) throws IOException {
            var buffer = into.getBuffer();
            var length = source.read(buffer);
            var known = Math.min(buffer.position(), PREFACE.limit());
            var isPreface = buffer.duplicate()
                    .flip()
                    .limit(known)
                    .equals(PREFACE.duplicate().limit(known));
            if (length < 0) {
                release();
                IoUtils.safeClose(connection);
            } else if (isPreface && known < PREFACE.limit()) {
                if (known == 0) {
                    release();
                }
                source.setReadListener(this);
                source.resumeReads();
            } else {
                source.suspendReads();
                source.setReadListener(null);
                buffer.flip();
                (isPreface ? http2 : http1).handleEvent(connection, into);
            }
        }

        private void release() {
            if (bytes != null) {
                bytes.close();
                bytes = null;
            }
        }
    }
}
