/**
 * Who may run the command, and by which requests: one rule a handler, each with a {@code next}.
 *
 * <p>In the order of the chain: {@link streamer.http.access.FramingRule} (request smuggling),
 * {@link streamer.http.access.HostRule}, {@link streamer.http.access.ProxyRule},
 * {@link streamer.http.access.CrossSiteRule}, {@link streamer.http.access.AccessRule} with its {@code Credentials},
 * {@link streamer.http.access.PathRule}, {@link streamer.http.access.MethodRule},
 * {@link streamer.http.access.RepeatRule}. {@link streamer.http.access.WatchedFiles} reads tokens, passwords and
 * certificates, and reads them again when they change.
 *
 * <p>Threads: the I/O threads; {@code passwords}, that of {@code PasswordChecks}.
 */
@NullMarked
package streamer.http.access;

import org.jspecify.annotations.NullMarked;
