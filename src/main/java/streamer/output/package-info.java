/**
 * The output of a run: a sequence of bytes at growing offsets, closed by one ending.
 *
 * <p>{@link streamer.output.Output} is the interface between processes and HTTP, and knows of neither: a viewer pulls
 * {@link streamer.output.Chunk}s from it at its own pace and, after the last, asks for the
 * {@link streamer.output.Ending}.
 */
@NullMarked
package streamer.output;

import org.jspecify.annotations.NullMarked;
