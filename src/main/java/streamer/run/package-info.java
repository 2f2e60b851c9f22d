/**
 * Runs: one execution of the command each, from the slot it takes to the last process of its tree.
 *
 * <p>In reading order: {@link streamer.run.Runs} admits runs by {@link streamer.run.Slots} and registers them;
 * {@link streamer.run.Run} is one run, with a {@link streamer.run.RunListener} for its callbacks; its
 * {@link streamer.run.Verdict} decides the ending. When {@link streamer.run.LaunchTurns} lets it, it is launched. A
 * launched command is an {@link streamer.run.Execution} of its process and a {@link streamer.run.PipeOutput}, which
 * reads what it writes. {@link streamer.run.Stopper} is the one place where processes are signalled, each tree by its
 * {@link streamer.run.Stopping}; {@link streamer.run.TreeStop} is the stop of one run, {@link streamer.run.Lingering}
 * begins it after the child's exit. A {@link streamer.run.Silence} that lasts has the run's processes looked at by the
 * {@link streamer.run.SilenceWatch}.
 *
 * <p>Threads: each run has the thread of its request, which launches, reads the pipe and waits for the exit. One more,
 * that of the {@link streamer.time.Pulse}, calls each run when something is due, and never waits; {@code stopper} sends
 * all signals; {@code silence}, while there are silent runs, looks at their processes.
 */
@NullMarked
package streamer.run;

import org.jspecify.annotations.NullMarked;
