/**
 * Who may run the command, and by which requests: one rule a handler, each with a {@code next}.
 *
 * <p>In the order of the chain: {@link streamer.http.access.FramingRule} (is it one request to everybody?),
 * {@link streamer.http.access.HostRule}, {@link streamer.http.access.ProxyRule},
 * {@link streamer.http.access.CrossSiteRule}, {@link streamer.http.access.AccessRule} with its {@code Credentials},
 * {@link streamer.http.access.PathRule}, {@link streamer.http.access.MethodRule},
 * {@link streamer.http.access.RepeatRule}. What is read from files stands in
 * {@link streamer.http.access.WatchedFiles}.
 *
 * <p>Threads: the I/O threads; passwords are checked on one of their own.
 */
@NullMarked
package streamer.http.access;

import org.jspecify.annotations.NullMarked;
