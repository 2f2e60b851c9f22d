/**
 * The listening socket: {@link streamer.http.listener.Listener} speaks HTTP/1 and HTTP/2, with {@code Tls} or without;
 * {@link streamer.http.listener.ConnectionGuard} adds timeouts and limits that Undertow lacks,
 * {@link streamer.http.listener.PlainHttpRefusal} an answer to plain HTTP at a port of TLS.
 */
@NullMarked
package streamer.http.listener;

import org.jspecify.annotations.NullMarked;
