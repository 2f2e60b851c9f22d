/**
 * Soak test: many different clients at one time, which compare every byte with what they expect.
 *
 * <p>{@link streamer.load.LoadIT} starts the program, once for each {@link streamer.load.Service}, and a
 * {@link streamer.load.Load}, whose clients give {@link streamer.load.Order}s to the script that it runs, one or a few a
 * {@link streamer.load.Visit}: a {@link streamer.load.Visitor} reads all of its order, a {@link streamer.load.Leaver}
 * disconnects at a random point, a {@link streamer.load.Returner} or {@link streamer.load.EventReturner} does so and
 * comes back. A {@link streamer.load.Tally} counts results and errors.
 */
@NullMarked
package streamer.load;

import org.jspecify.annotations.NullMarked;
