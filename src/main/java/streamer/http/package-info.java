/**
 * Runs on HTTP, by Undertow.
 *
 * <p>{@link streamer.http.StreamServer} holds the chain of handlers behind a listener. Four rooms stand below, each of
 * which may use those to its right: {@code listener} (sockets, TLS, limits of connections), {@code access} (who may run the
 * command, one rule a handler), {@code response} (what is written and when), {@code request} (the body, and what the command
 * is told of the request). What is answered without a run never gets to the end of the chain,
 * {@link streamer.http.StreamHandler}. That one admits a run and hands it to a {@code RunExchange}, the request with its
 * run: it prepares and launches; a {@code Viewer} copies the output's chunks to the {@code ResponseSink}, a
 * {@code BodyFeed} the request's body to the command.
 *
 * <p>Threads: Undertow's I/O threads parse requests and answer what needs no run; they never wait. A run has a thread,
 * and one more while its request's body comes.
 */
@NullMarked
package streamer.http;

import org.jspecify.annotations.NullMarked;
