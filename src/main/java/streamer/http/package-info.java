/**
 * Runs on HTTP, by Undertow.
 *
 * <p>{@link streamer.http.StreamServer} holds the chain of handlers, one rule each, behind a {@code Listener} that speaks
 * the protocols, with {@code Tls} or without. The first of them say who gets in: {@code FramingRule} (is it one request to
 * everybody?), {@code HostRule}, {@code ProxyRule}, {@code CrossSiteRule}, {@code AccessRule}; what they read from files
 * stands in {@code WatchedFiles}. What is answered without a run never gets to the last of them, {@code StreamHandler}.
 * That one admits a run and gives it a {@code Viewer}: the
 * run's reader on its own thread, which copies chunks from the output to the {@code ResponseSink}. The sink is the only
 * one who writes a response: {@code FlushPolicy} says when, a format says what, {@code ClientGone} notices that nobody
 * reads any more. What the client sends goes the other way through {@code RequestBody}, as it comes or, a form's files,
 * by way of {@code Uploads}; the rest of the request becomes {@code CgiEnvironment}.
 *
 * <p>Threads: Undertow's I/O threads parse requests and answer what needs no run; they never wait. A run has a thread,
 * and one more while its request's body comes. The pulse of the runs looks at each viewer every 50 ms; it writes what the
 * socket takes at once and never waits for one.
 */
@NullMarked
package streamer.http;

import org.jspecify.annotations.NullMarked;
