/**
 * Timers: a {@link streamer.time.Stopwatch} measures elapsed time, a {@link streamer.time.Pulse} calls when something
 * is due.
 *
 * <p>Times are those of {@link System#nanoTime()}; lengths are in nanoseconds.
 */
@NullMarked
package streamer.time;

import org.jspecify.annotations.NullMarked;
