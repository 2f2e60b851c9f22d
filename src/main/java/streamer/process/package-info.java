/**
 * Processes of the operating system: launched, reaped and found.
 *
 * <p>In reading order: {@link streamer.process.RunSpec} says what to launch, {@link streamer.process.Executable} which
 * file that is. {@link streamer.process.Launcher} is the one place where processes are started
 * ({@link streamer.process.ExecLauncher}: by Commons Exec), by the {@link streamer.process.Spawner} that
 * {@link streamer.process.Spawners} chooses: {@link streamer.process.PosixSpawner}, whose exits a
 * {@link streamer.process.Reaper} tells, or {@link streamer.process.JdkSpawner}. What comes of it is a
 * {@link streamer.process.Child}, the process, and an {@link streamer.process.OutputPipe}, its output, which may be a
 * {@link streamer.process.PseudoTerminal}; {@link streamer.process.ErrorLines} reads what commands write to their
 * standard error, if that is to be logged by lines. {@link streamer.process.ProcessTree} finds all processes of a run,
 * {@link streamer.process.HeldOutput} what one of them has printed but not written, by its
 * {@link streamer.process.Activity}.
 *
 * <p>Threads: {@code reaper} waits for all exits, {@code stderr} for lines.
 */
@NullMarked
package streamer.process;

import org.jspecify.annotations.NullMarked;
