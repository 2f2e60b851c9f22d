/**
 * Formats of an output in a response body: byte for byte, or as server-sent events.
 *
 * <p>{@link streamer.format.FormatChoice} negotiates one. A {@link streamer.format.Format} has the state of one body
 * and encodes chunks; it does not decide when they are sent. {@link streamer.format.PlainText} returns the chunk's own
 * bytes; {@link streamer.format.ServerSentEvents} makes an event of each line.
 */
@NullMarked
package streamer.format;

import org.jspecify.annotations.NullMarked;
