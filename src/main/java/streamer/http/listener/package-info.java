/**
 * The listening socket: {@link streamer.http.listener.Listener} speaks HTTP/1 and HTTP/2, with {@code Tls} or without,
 * and adds timeouts that Undertow lacks, and an answer to plain HTTP at a port of TLS.
 */
@NullMarked
package streamer.http.listener;

import org.jspecify.annotations.NullMarked;
