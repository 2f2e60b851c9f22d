package streamer.http;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.Methods;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.Semaphore;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import streamer.http.Follower.Part;
import streamer.http.access.RepeatRule;
import streamer.http.request.RefusedException;
import streamer.http.response.Answer;
import streamer.http.response.StreamHead;
import streamer.kept.End;
import streamer.kept.Fleet;
import streamer.kept.KeptRun;
import streamer.kept.LastLines;

/**
 * The output of a kept run, from any offset that is kept, and on as it comes: {@code /-/runs/ID/output}, and what a
 * client gets that comes back to the command's own path.
 *
 * <p>Threads: the request's I/O thread; one of the runs' where lines have to be looked for.
 */
final class OutputHandler implements HttpHandler {
    private static final Logger LOG = System.getLogger(OutputHandler.class.getName());
    private static final Pattern OPEN_RANGE = Pattern.compile("bytes=(\\d{1,18})-");

    /** To find last lines all of an output may have to be read. */
    private static final int SEARCHES_AT_ONE_TIME = 16;

    private final Serving serving;
    private final Fleet fleet;
    private final Followers followers;
    private final Semaphore searches = new Semaphore(SEARCHES_AT_ONE_TIME);

    OutputHandler(Serving serving, Fleet fleet, Followers followers) {
        this.serving = serving;
        this.fleet = fleet;
        this.followers = followers;
    }

    /** A client that comes back to the command's own path gets what follows the event that it has had last, or 204. */
    @Override
    public void handleRequest(HttpServerExchange exchange) {
        var event = OutputQuery.Event.of(exchange);
        if (event == null || event.run().isEmpty()) {
            RepeatRule.refuseReconnect(exchange);
            return;
        }
        Later.then(exchange, fleet.open(event.run()), run -> {
            if (run.isEmpty()) {
                RepeatRule.refuseReconnect(exchange);
            } else {
                send(exchange, run.get(), new OutputQuery(event, OutputQuery.NONE, OutputQuery.NONE, true));
            }
        });
    }

    /** Answers a request for the output of a kept run. */
    void answer(HttpServerExchange exchange, KeptRun run) {
        try {
            if (exchange.getRequestMethod().equals(Methods.DELETE)) {
                delete(exchange, run);
            } else {
                send(exchange, run, OutputQuery.of(exchange));
            }
        } catch (RefusedException e) {
            Answer.refuse(exchange, e);
        }
    }

    private void delete(HttpServerExchange exchange, KeptRun run) {
        if (run.log().end() == null) {
            Answer.line(exchange, 409, "The run goes on; DELETE " + RunsHandler.ONE + run.id() + " stops it.");
        } else {
            Later.then(exchange, fleet.forget(run), nothing -> Answer.empty(exchange, 204));
        }
    }

    private void send(HttpServerExchange exchange, KeptRun run, OutputQuery query) {
        var event = query.event();
        if (followers.refuse(exchange)) {
            return;
        }
        if (event != null && (event.isEnd() || !event.run().equals(run.id()))) {
            Answer.empty(exchange, 204, "Nothing comes after this event.");
        } else if (event != null) {
            sendFrom(exchange, run, event.offset(), true, query.follows());
        } else if (query.tail() != OutputQuery.NONE) {
            exchange.dispatch(serving.threads(), () -> sendLast(exchange, run, query));
        } else {
            sendFrom(exchange, run, Math.max(0, query.from()), query.from() != OutputQuery.NONE, query.follows());
        }
    }

    private void sendLast(HttpServerExchange exchange, KeptRun run, OutputQuery query) {
        if (!searches.tryAcquire()) {
            Answer.later(exchange, Answer.RETRY_SOON_SECONDS, "Too many ask for last lines at one time.");
            return;
        }
        var from = 0L;
        try {
            from = LastLines.offset(run.log(), query.tail());
        } catch (IOException e) {
            LOG.log(Level.WARNING, "run {0}: cannot read its output: {1}", run.id(), e);
            Answer.line(exchange, 500, "The output cannot be read.");
            return;
        } finally {
            searches.release();
        }
        sendFrom(exchange, run, from, false, query.follows());
    }

    /** Sends what there is from an offset on; from the first byte that is kept, if nobody has asked for another. */
    private void sendFrom(HttpServerExchange exchange, KeptRun run, long from, boolean isAskedFor, boolean follows) {
        var end = run.log().end(); // before its length: so that is the last one
        var first = run.log().first(); // and this, as it grows: so it is never beyond
        var next = run.log().next();
        exchange.getResponseHeaders().put(StreamHead.RUN, run.id());
        if (from > next && run.mayHaveMore()) {
            Answer.later(exchange, Answer.RETRY_SOON_SECONDS, "So much of that run is not known here yet.");
        } else if (from > next) {
            Answer.line(exchange, 416, "The output has " + next + " bytes" + (end == null ? " so far." : "."));
        } else if (isAskedFor && from < first && !followers.sendsEvents(exchange)) {
            Answer.line(exchange, 410, "The first byte that is kept is " + first + ".");
        } else {
            var start = end != null && isResumedAtTheEndOfFailure(exchange, end, next) ? next : Math.max(from, first);
            var to = follows ? Long.MAX_VALUE : next;
            var wanted = isAskedFor ? from : start;
            sendPart(exchange, new Part(run, wanted, start, to, headers(start, to, end)));
        }
    }

    /** Whether a download is resumed that is whole, of a run that ended badly: {@code wget} takes no less for its end. */
    private static boolean isResumedAtTheEndOfFailure(HttpServerExchange exchange, End end, long length) {
        var range =
                OPEN_RANGE.matcher(String.valueOf(exchange.getRequestHeaders().getFirst(Headers.RANGE)));
        return !end.ending().isSuccess() && range.matches() && Long.parseLong(range.group(1)) == length;
    }

    private static HeaderMap headers(long from, long to, @Nullable End end) {
        var headers = new HeaderMap().put(StreamHead.FROM, from).put(Headers.CACHE_CONTROL, "no-store, no-transform");
        if (to != Long.MAX_VALUE) {
            headers.put(StreamHead.NEXT, to);
            if (end != null) {
                StreamHead.put(headers, end.ending());
            }
        }
        return headers;
    }

    private void sendPart(HttpServerExchange exchange, Part part) {
        if (exchange.getRequestMethod().equals(Methods.HEAD)) {
            new StreamHead(exchange, part.run().id(), followers.contentType(exchange), part.headers()).put();
            Answer.head(exchange);
            return;
        }
        exchange.dispatch(exchange.getIoThread(), () -> {
            var follower = followers.part(exchange, part);
            follower.begin();
            follower.start();
        });
    }
}
