/**
 * How a body shows an output: byte for byte, or as server-sent events.
 *
 * <p>A {@link streamer.format.Format} has the state of one body and turns chunks into body bytes; when they are sent is
 * none of its business. {@link streamer.format.PlainText} hands the chunk's own bytes on;
 * {@link streamer.format.ServerSentEvents} makes an event of each line.
 */
@NullMarked
package streamer.format;

import org.jspecify.annotations.NullMarked;
