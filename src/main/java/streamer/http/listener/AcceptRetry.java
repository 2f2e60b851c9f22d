package streamer.http.listener;

import java.lang.System.Logger.Level;
import java.lang.reflect.Method;
import java.nio.channels.Channel;
import org.xnio.ChannelListeners;
import org.xnio.channels.AcceptListenerSettable;

/**
 * Back-off of accept(2) after EMFILE: reset after each attempt, so that XNIO retries every 250 ms. By itself it backs
 * off exponentially, up to 30 s, and does not reset when descriptors are free again.
 */
final class AcceptRetry {
    private AcceptRetry() {}

    /** Sets this up on XNIO's server, by reflection; logs a debug line if that fails. */
    static void tune(Object listening) {
        try {
            var server = KeepAlive.inside(listening, "org.xnio.nio.NioTcpServer");
            var handles = KeepAlive.inside(listening, "[Lorg.xnio.nio.NioTcpServerHandle;"); // one per I/O thread
            if (server instanceof AcceptListenerSettable<?> settable && handles instanceof Object[] all) {
                var reset = all.getClass().getComponentType().getDeclaredMethod("resetBackOff");
                reset.setAccessible(true);
                resetAfterEach(settable, reset, all);
            }
        } catch (ReflectiveOperationException | RuntimeException e) {
            System.getLogger(AcceptRetry.class.getName()).log(Level.DEBUG, "XNIO waits as it likes: {0}", e.toString());
        }
    }

    private static <C extends Channel> void resetAfterEach(
            AcceptListenerSettable<C> server, Method reset, Object[] handles) {
        var accept = server.getAcceptListener();
        server.setAcceptListener(channel -> {
            ChannelListeners.invokeChannelListener(channel, accept);
            for (var handle : handles) {
                reset(reset, handle);
            }
        });
    }

    private static void reset(Method reset, Object handle) {
        try {
            reset.invoke(handle);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
