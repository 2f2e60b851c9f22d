package streamer.http;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import java.util.concurrent.Semaphore;
import streamer.http.access.MethodRule;
import streamer.http.request.RefusedException;
import streamer.http.response.Answer;
import streamer.http.response.StreamHead;
import streamer.run.Run;
import streamer.run.Runs;

/**
 * {@code GET /-/probe}: the diagnostic stream, by which {@code streamer probe} finds what holds bytes on their way. It
 * takes a run's slot, for it costs what a stream costs, but does not wait in the queue, and launches nothing.
 *
 * <p>Threads: the request's I/O thread.
 */
final class ProbeHandler implements HttpHandler {
    static final String PATH = "/-/probe";

    /** Tells that it is streamer that answers, and the protocol in which the last hop has asked. */
    private static final HttpString MARK = new HttpString("Streamer-Probe");

    private static final int PROBES_AT_ONE_TIME = 4;

    private final Serving serving;
    private final Runs runs;
    private final StreamHandler streams;
    private final Semaphore places = new Semaphore(PROBES_AT_ONE_TIME);

    ProbeHandler(Serving serving, Runs runs, StreamHandler streams) {
        this.serving = serving;
        this.runs = runs;
        this.streams = streams;
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) {
        exchange.getResponseHeaders().put(MARK, exchange.getProtocol().toString());
        if (MethodRule.allows(exchange, MethodRule.READING)) {
            try {
                answer(exchange, ProbeQuery.of(exchange));
            } catch (RefusedException e) {
                Answer.refuse(exchange, e);
            }
        }
    }

    private void answer(HttpServerExchange exchange, ProbeQuery query) throws RefusedException {
        if (!query.hasAccel()) {
            exchange.addResponseCommitListener(StreamHead::allowBuffering);
        }
        if (exchange.getRequestMethod().equals(Methods.HEAD)) {
            StreamHead.put(exchange, serving.config().response().contentType());
            Answer.head(exchange);
        } else if (query.lines() == 0) {
            Answer.line(exchange, 200, ProbeStream.stamp(0));
        } else if (!exchange.isRequestComplete()) { // before it is, nobody is told that the client has left
            throw RefusedException.bad("A probe has no body.");
        } else if (places.tryAcquire()) {
            try {
                admit(exchange, query);
            } catch (RuntimeException | Error e) {
                places.release();
                throw e;
            }
        } else {
            Answer.later(exchange, Answer.RETRY_SOON_SECONDS, "Four probes go on already.");
        }
    }

    private void admit(HttpServerExchange exchange, ProbeQuery query) {
        var run = runs.admit();
        if (run != null && run.isReady()) {
            begin(exchange, run, query);
            return;
        }
        places.release();
        if (run == null) {
            streams.refuse(exchange);
        } else {
            run.close();
            Answer.later(
                    exchange, Answer.RETRY_SOON_SECONDS, "All runs are taken, and a probe does not wait in the queue.");
        }
    }

    private void begin(HttpServerExchange exchange, Run run, ProbeQuery query) {
        try {
            var stream = new ProbeStream(
                    exchange,
                    run,
                    query,
                    serving.config().response(),
                    serving.spec().limits().timeout(),
                    places::release);
            exchange.addExchangeCompleteListener(StreamHandler::completeOnIoThread);
            exchange.dispatch(exchange.getIoThread(), stream::begin);
        } catch (RuntimeException | Error e) {
            run.close();
            throw e;
        }
    }
}
