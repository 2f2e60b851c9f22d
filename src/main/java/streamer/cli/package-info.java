/**
 * The command line: flags become values, values become a server, signals end it.
 *
 * <p>{@link streamer.cli.ServeCommand} is the whole story in one method. {@code ServerOptions}, {@code AccessOptions},
 * {@code StreamOptions} and {@code RunOptions} hold the flags and convert them to the values that the other packages
 * take; {@code EnvironmentFlags} and {@code ArgumentFile} read flags from elsewhere; {@code Shutdown} and
 * {@code Signals} end the program; {@code ErrorHandler} prints errors, with what {@code Spelling} suggests, and chooses
 * exit codes; {@code Logging} formats log lines, {@code LogWriter} writes them. {@code ProbeCommand} and {@code
 * Completion} are subcommands, which {@code Program} chooses: the latter tells shells the flags, as {@code ManualPage}
 * tells readers; both see them by {@code FlagShape}.
 *
 * <p>Threads: the main one waits for a signal; the JVM's signal thread delivers it; {@code log} writes log lines.
 */
@NullMarked
package streamer.cli;

import org.jspecify.annotations.NullMarked;
