package streamer.http.listener;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.SocketOption;
import java.nio.channels.ServerSocketChannel;
import java.util.Map;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;
import org.xnio.channels.AcceptingChannel;

/**
 * TCP keep-alive ({@code tcp(7)}): a peer that vanished without FIN or RST is noticed within two minutes. XNIO has no
 * option for these times, so they are set on its listening socket, from which connections inherit them.
 */
final class KeepAlive {
    private static final Map<SocketOption<Integer>, Integer> TIMES = Map.of(
            ExtendedSocketOptions.TCP_KEEPIDLE, 60,
            ExtendedSocketOptions.TCP_KEEPINTERVAL, 15,
            ExtendedSocketOptions.TCP_KEEPCOUNT, 4);

    private KeepAlive() {}

    /** Sets the times on XNIO's server, by reflection; logs a debug line if that fails. */
    static void tune(Object listening) {
        try {
            var channel = (ServerSocketChannel) inside(listening, ServerSocketChannel.class.getName());
            if (channel != null) {
                for (var time : TIMES.entrySet()) {
                    if (channel.supportedOptions().contains(time.getKey())) {
                        channel.setOption(time.getKey(), time.getValue());
                    }
                }
            }
        } catch (ReflectiveOperationException | IOException | RuntimeException e) {
            System.getLogger(KeepAlive.class.getName()).log(Level.DEBUG, "keep-alive times not set: {0}", e.toString());
        }
    }

    /**
     * Unwraps an object of the wanted class from XNIO's server, which other servers may wrap; null if there is none.
     */
    static @Nullable Object inside(Object server, String wanted) throws ReflectiveOperationException {
        if (server.getClass().getName().equals(wanted)) {
            return server;
        }
        for (var field : server.getClass().getDeclaredFields()) {
            var type = field.getType();
            var isServer = type.getName().equals("org.xnio.nio.NioTcpServer") || type == AcceptingChannel.class;
            if (isServer || type.getName().equals(wanted)) {
                field.setAccessible(true);
                var value = field.get(server);
                return isServer && value != null ? inside(value, wanted) : value;
            }
        }
        return null;
    }
}
