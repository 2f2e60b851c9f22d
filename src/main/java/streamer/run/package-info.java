/**
 * Runs: one execution of the command each, from the slot it takes to the last process of its tree.
 *
 * <p>In reading order: {@link streamer.run.RunSpec} says what to launch, {@link streamer.run.Runs} admits and keeps
 * count, {@link streamer.run.Run} is one execution and decides its ending, {@link streamer.run.Viewing} is whoever reads
 * it. {@link streamer.run.Launcher} is the one place where a process comes to life ({@link streamer.run.ExecLauncher}: by
 * Commons Exec, turned inside out so that the viewer pulls on the thread that launched), {@link streamer.run.Child} the
 * process, {@link streamer.run.OutputPipe} what it writes to, {@link streamer.run.PipeOutput} that pipe as its viewer sees
 * it, {@link streamer.run.Stopper} the one place where processes are ended, as {@link streamer.run.ProcessTree}
 * finds them.
 *
 * <p>Threads: each run has the thread of its request, which launches, reads the pipe and waits for the exit. One more,
 * {@link streamer.run.Pulse}, looks at all runs every 50 ms and never blocks; {@code stopper} sends all signals.
 */
@NullMarked
package streamer.run;

import org.jspecify.annotations.NullMarked;
