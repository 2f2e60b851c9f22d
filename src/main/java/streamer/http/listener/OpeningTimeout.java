package streamer.http.listener;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.xnio.ChannelListener;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;
import org.xnio.XnioExecutor;

/**
 * Closes a connection whose TLS handshake, HTTP/2 preface or first request does not begin in time; Undertow waits for
 * the first two for ever.
 *
 * <p>Threads: any.
 */
final class OpeningTimeout {
    private static final long SECONDS = 60;

    private final Map<StreamConnection, XnioExecutor.Key> opening = new ConcurrentHashMap<>();

    /** Watches the connections that this listener opens; their close listener is used until {@link #end}. */
    ChannelListener<StreamConnection> watching(ChannelListener<StreamConnection> opener) {
        return accepted -> {
            begin(accepted);
            opener.handleEvent(accepted);
        };
    }

    private void begin(StreamConnection accepted) {
        accepted.setCloseListener(this::end);
        Runnable close = () -> {
            if (opening.remove(accepted) != null) {
                IoUtils.safeClose(accepted);
            }
        };
        opening.put(accepted, accepted.getIoThread().executeAfter(close, SECONDS, TimeUnit.SECONDS));
    }

    /** It has begun to speak, or was closed. */
    void end(StreamConnection connection) {
        var timer = opening.remove(connection);
        if (timer != null) {
            timer.remove();
        }
    }
}
