/**
 * The probe: a client that finds out whether the hops between it and a server hold the bytes of a stream, which of them
 * does, and what cures that.
 *
 * <p>{@link streamer.probe.Probe} is the whole story: it asks for one stream after the other, each a
 * {@link streamer.probe.Trial}. A {@code Wire} is the connection, {@code Head}, {@code ChunkedInput} and
 * {@code Recording} read what comes, with the time of each piece; client libraries would hide these. What has been seen
 * of a stream is a {@link streamer.probe.Row}, which {@link streamer.probe.Picture} draws; from all rows and the
 * {@link streamer.probe.Hop}s that their heads name, {@link streamer.probe.Verdict} concludes.
 *
 * <p>Threads: one that may wait; only a host's address is looked up by another, which may be left behind. All that comes
 * from the far end is read with a limit in bytes and in time.
 */
@NullMarked
package streamer.probe;

import org.jspecify.annotations.NullMarked;
