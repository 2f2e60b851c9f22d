/**
 * Runs over HTTP, by Undertow.
 *
 * <p>{@link streamer.http.StreamServer} holds the chain of handlers behind a listener. Four packages stand below, each
 * of which may use those after it: {@code listener} (sockets, TLS, limits of connections), {@code access} (who may run
 * the command, one rule a handler), {@code response} (what is written and when), {@code request} (the body, and the CGI
 * environment). Requests that need no run are answered before the end of the chain,
 * {@link streamer.http.StreamHandler}. That admits a run and hands it to a {@code RunExchange}, the request with its
 * run: it prepares and launches; a {@code Viewer} copies the output's chunks to the {@code ResponseSink}, a
 * {@code BodyFeed} the request's body to the command. A {@code RunTable} has all runs, for those who ask how one is;
 * {@code LongPolls} has those who wait for its end. A {@code ProbeStream} takes a run's slot, but launches nothing.
 *
 * <p>Threads: Undertow's I/O threads parse requests and answer those that need no run; they never wait. A run has a
 * thread, and one more while its request's body comes.
 */
@NullMarked
package streamer.http;

import org.jspecify.annotations.NullMarked;
