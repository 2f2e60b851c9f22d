/**
 * Responses: what is written to a client, and when.
 *
 * <p>{@link streamer.http.response.ResponseSink} is the only writer of a stream: a format encodes,
 * {@link streamer.http.response.FlushPolicy} configures flushes, {@code ClientGone} detects that the client has left.
 * It never blocks: it tells whether the socket took all, and when to go on. {@link streamer.http.response.Answer} is a
 * response that is no stream.
 */
@NullMarked
package streamer.http.response;

import org.jspecify.annotations.NullMarked;
