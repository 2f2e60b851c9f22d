/**
 * Soak test: many different clients at one time, which compare every byte with what they expect.
 *
 * <p>{@link streamer.load.LoadIT} starts the program and a {@link streamer.load.Load}, whose clients give
 * {@link streamer.load.Order}s to the script that it runs: a {@link streamer.load.Visitor} reads all of its order, a
 * {@link streamer.load.Leaver} disconnects at a random point. A {@link streamer.load.Tally} counts results and errors.
 */
@NullMarked
package streamer.load;

import org.jspecify.annotations.NullMarked;
