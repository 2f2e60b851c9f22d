package streamer.http;

import io.undertow.server.ExchangeCompletionListener;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import streamer.http.request.CgiEnvironment;
import streamer.http.request.RefusedException;
import streamer.http.request.RequestBody;
import streamer.http.response.Answer;
import streamer.metrics.Metrics;
import streamer.output.Ending;
import streamer.run.Run;
import streamer.run.Runs;

/**
 * Admission: the last handler of the chain admits a run for the request, or answers 503.
 *
 * <p>Threads: the request's I/O thread, which dispatches to one of the run's own.
 */
final class StreamHandler implements HttpHandler {
    private static final Logger LOG = System.getLogger(StreamHandler.class.getName());

    private final Serving serving;
    private final Runs runs;
    private final RunTable table;
    private final Set<RunExchange> exchanges = ConcurrentHashMap.newKeySet();

    StreamHandler(Serving serving, Runs runs, RunTable table) {
        this.serving = serving;
        this.runs = runs;
        this.table = table;
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) {
        if (refuseTooLarge(exchange)) {
            return;
        }
        var run = runs.admit();
        if (run == null) {
            refuse(exchange);
        } else {
            begin(exchange, run);
        }
    }

    /** Answers a request that says that its body is too large; false, without effect, if it does not. */
    boolean refuseTooLarge(HttpServerExchange exchange) {
        var isTooLarge =
                exchange.getRequestContentLength() > serving.config().request().maxBytes();
        if (isTooLarge) {
            Answer.refuse(exchange, RefusedException.tooLarge());
        }
        return isTooLarge;
    }

    private void begin(HttpServerExchange exchange, Run run) {
        var body = exchange.isRequestComplete() ? null : RequestBody.of(exchange);
        var viewer = new Viewer(exchange, run, body, serving);
        var begun = exchange(exchange, null, run, new RunEntry(run, exchange, null), body, viewer);
        try {
            begun.queue();
            exchange.dispatch(task -> run.whenReady(() -> handOver(task, begun)), begun);
        } catch (RuntimeException | Error e) {
            begun.close();
            throw e;
        }
    }

    /** The exchange of an admitted run. */
    RunExchange exchange(
            HttpServerExchange exchange,
            @Nullable CgiEnvironment variables,
            Run run,
            RunEntry entry,
            @Nullable RequestBody body,
            Delivery delivery) {
        try {
            table.add(entry);
            var admitted = new RunExchange(exchange, variables, run, body, delivery, serving, this::closed);
            exchanges.add(admitted);
            exchange.addExchangeCompleteListener(StreamHandler::completeOnIoThread);
            return admitted;
        } catch (RuntimeException | Error e) {
            run.close();
            table.close(run.id());
            throw e;
        }
    }

    /** Begins the run of an exchange that goes on by itself. */
    void begin(RunExchange begun, Run run) {
        begun.queue();
        run.whenReady(() -> handOver(begun, begun));
    }

    private void closed(RunExchange ended, Run run) {
        exchanges.remove(ended);
        table.close(run.id());
        var ending = run.ending();
        var wasLaunched = run.started() != null;
        var unknown = wasLaunched ? Ending.Reason.ERROR.word() : Metrics.REFUSED;
        serving.metrics().endings().add(ending == null ? unknown : ending.word());
        if (wasLaunched) {
            serving.metrics().runTimes().add(TimeUnit.MILLISECONDS.toNanos(run.millis()));
        }
    }

    /** How many responses of runs go on. */
    int size() {
        return exchanges.size();
    }

    private void handOver(Runnable task, RunExchange begun) {
        try {
            serving.threads().execute(task);
        } catch (RuntimeException | Error e) { // mostly "unable to create native thread"
            LOG.log(Level.DEBUG, "no thread for a run", e);
            begun.failAndClose(503, "The server is out of threads or memory.");
        }
    }

    /**
     * Completes the exchange on the I/O thread, which reads the next request: completed on another thread, it would be
     * woken early, take that thread's processor and spin until the completion is done.
     */
    static void completeOnIoThread(HttpServerExchange exchange, ExchangeCompletionListener.NextListener after) {
        exchange.getIoThread().execute(after::proceed);
    }

    /** Answers that no run is admitted, and why. */
    void refuse(HttpServerExchange exchange) {
        if (runs.refusal() == Runs.Refusal.DRAINING) {
            RefusalReason.put(exchange, RefusalReason.DRAINING);
            exchange.setPersistent(false);
            exchange.getResponseHeaders().put(Headers.CONNECTION, "close");
            Answer.later(exchange, Answer.RETRY_LATER_SECONDS, "The server is shutting down.");
        } else {
            RefusalReason.put(exchange, RefusalReason.NO_SLOT);
            Answer.later(
                    exchange,
                    Answer.RETRY_SOON_SECONDS,
                    "All runs are taken, and the queue is full; see --max-runs and --queue.");
        }
    }

    /** Breaks all streams off, even those whose threads wait for their clients. */
    void abandonAll() {
        exchanges.forEach(RunExchange::abandon);
    }
}
