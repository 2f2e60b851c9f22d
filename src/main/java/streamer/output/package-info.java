/**
 * What a run writes: a sequence of bytes at growing offsets, closed by one ending.
 *
 * <p>{@link streamer.output.Output} is the seam the program turns around: a viewer pulls {@link streamer.output.Chunk}s
 * from it at its own pace and, after the last, asks for the {@link streamer.output.Ending}. Nothing here knows of
 * processes or of HTTP.
 */
@NullMarked
package streamer.output;

import org.jspecify.annotations.NullMarked;
