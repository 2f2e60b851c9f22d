package streamer.http.listener;

import org.jspecify.annotations.Nullable;

/**
 * Configuration of the listening socket.
 *
 * @param host the address to bind
 * @param port the port to bind; 0 for any free one
 * @param maxConnections how many connections may be open at one time; more wait to be accepted
 * @param tls the files of TLS; null for plain HTTP
 */
public record ListenerConfig(
        String host, int port, int maxConnections, @Nullable TlsFiles tls) {}
