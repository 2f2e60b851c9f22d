/**
 * Runs: one execution of the command each, from the slot it takes to the last process of its tree.
 *
 * <p>In reading order: {@link streamer.run.RunSpec} says what to launch; {@link streamer.run.Runs} admits runs by
 * {@link streamer.run.Slots} and registers them; {@link streamer.run.Run} is one run, with a
 * {@link streamer.run.RunListener} for its callbacks; its {@link streamer.run.Verdict} decides the ending.
 * When {@link streamer.run.LaunchTurns} lets it, it is launched.
 * {@link streamer.run.Launcher} is the one place where processes are started ({@link streamer.run.ExecLauncher}: by
 * Commons Exec), by the {@link streamer.run.Spawner} that {@link streamer.run.Spawners} chooses:
 * {@link streamer.run.PosixSpawner}, whose exits a {@link streamer.run.Reaper} tells, or
 * {@link streamer.run.JdkSpawner}. A launched command is an {@link streamer.run.Execution} of a {@link streamer.run.Child},
 * the process, and a {@link streamer.run.PipeOutput}, which reads its {@link streamer.run.OutputPipe};
 * {@link streamer.run.ErrorLines} reads what commands write to their standard error, if that is to be logged by lines.
 * {@link streamer.run.Stopper} is the one place where processes are signalled, as {@link streamer.run.ProcessTree}
 * finds them, each tree by its {@link streamer.run.Stopping}; {@link streamer.run.TreeStop} is the stop of one run,
 * {@link streamer.run.Lingering} begins it after the child's exit.
 *
 * <p>Threads: each run has the thread of its request, which launches, reads the pipe and waits for the exit. One more,
 * that of the {@link streamer.time.Pulse}, calls each run when something is due, and never waits; {@code stopper} sends
 * all signals; {@code reaper} waits for all exits, {@code stderr} for lines.
 */
@NullMarked
package streamer.run;

import org.jspecify.annotations.NullMarked;
