/**
 * What is written to a client, and when.
 *
 * <p>{@link streamer.http.response.ResponseSink} is the only one that writes a stream: a format says what,
 * {@link streamer.http.response.FlushPolicy} says when, {@code ClientGone} notices that nobody reads any more. It never
 * waits: it says how much the socket took, and when to go on. {@link streamer.http.response.Answer} is a response that is
 * no stream.
 */
@NullMarked
package streamer.http.response;

import org.jspecify.annotations.NullMarked;
