/**
 * Kept runs: a child, a file that only grows, and an ending. They outlive their clients, and their output can be read
 * again, by many, from any offset.
 *
 * <p>In reading order: {@link streamer.kept.KeptRuns} starts, finds and forgets them, and holds the limits of time,
 * count and bytes; {@link streamer.kept.KeptRun} is one, which its {@link streamer.kept.Recorder} fills and its viewers
 * watch; {@link streamer.kept.OutputLog} is its output, in {@link streamer.kept.Segment}s within the
 * {@link streamer.kept.Room} of all; {@link streamer.kept.RunFile} is what else is known of it, on disk.
 *
 * <p>Threads: a run's own thread records; any read.
 */
@NullMarked
package streamer.kept;

import org.jspecify.annotations.NullMarked;
