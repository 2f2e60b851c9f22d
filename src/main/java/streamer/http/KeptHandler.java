package streamer.http;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import streamer.http.request.CgiEnvironment;
import streamer.http.request.RefusedException;
import streamer.http.request.RequestBody;
import streamer.http.response.Answer;
import streamer.kept.Fleet;
import streamer.kept.KeptRequest;
import streamer.kept.KeptRun;
import streamer.kept.KeptRuns;
import streamer.output.Ending;
import streamer.run.Run;
import streamer.run.Runs;

/**
 * Admission of runs that are kept: starts one for the request, or joins one that is there.
 *
 * <p>Threads: the request's I/O thread.
 */
final class KeptHandler implements HttpHandler {
    private static final HttpString PREFER = new HttpString("Prefer");

    private final Serving serving;
    private final KeptRuns kept;
    private final Fleet fleet;
    private final Runs runs;
    private final RunTable table;
    private final Followers followers;
    private final StreamHandler streams;

    KeptHandler(
            Serving serving,
            KeptRuns kept,
            Fleet fleet,
            Runs runs,
            RunTable table,
            Followers followers,
            StreamHandler streams) {
        this.serving = serving;
        this.kept = kept;
        this.fleet = fleet;
        this.runs = runs;
        this.table = table;
        this.followers = followers;
        this.streams = streams;
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) {
        try {
            handle(exchange);
        } catch (RefusedException e) {
            Answer.refuse(exchange, e);
        }
    }

    private void handle(HttpServerExchange exchange) throws RefusedException {
        if (streams.refuseTooLarge(exchange)) {
            return;
        }
        var request = RequestIdentity.of(exchange);
        var isAsync = prefersAsync(exchange);
        var hasNoBody = exchange.isRequestComplete();
        var isShareable = hasNoBody && exchange.getRequestMethod().equals(Methods.GET);
        var other = kept.find(request, isShareable);
        if (other.isPresent()) { // which needs no variables
            join(exchange, request, other.get(), isAsync);
            return;
        }
        var variables = hasNoBody ? RunExchange.environment(exchange) : null;
        Later.then(exchange, fleet.place(request, isShareable, runs::admit), place -> {
            if (place.isEmpty()) {
                streams.refuse(exchange);
                return;
            }
            var admitted = place.get().admitted();
            if (admitted == null) {
                join(exchange, request, place.get().run(), isAsync);
            } else {
                start(exchange, variables, place.get().run(), admitted, isAsync);
            }
        });
    }

    private void join(HttpServerExchange exchange, KeptRequest request, KeptRun run, boolean isAsync) {
        if (!run.request().digest().equals(request.digest())) {
            Answer.line(exchange, 422, "This Idempotency-Key belongs to another request.");
        } else if (isAsync) {
            var entry = table.find(run.id()).orElseGet(() -> new RunEntry(run));
            Later.then(exchange, fleet.detach(run), nothing -> new Acknowledgement(exchange, entry).whole());
        } else if (!request.key().isEmpty() && !followers.hasFirstByte(exchange, run)) {
            Answer.line(exchange, 410, "The beginning of that run's output is not kept any more.");
        } else if (!followers.refuse(exchange)) {
            watch(exchange, run);
        }
    }

    private static boolean prefersAsync(HttpServerExchange exchange) {
        var values = exchange.getRequestHeaders().get(PREFER);
        return values != null
                && values.stream()
                        .flatMap(value -> Arrays.stream(value.split(",")))
                        .map(preference -> preference.split(";", 2)[0].strip().toLowerCase(Locale.ROOT))
                        .anyMatch(Acknowledgement.PREFERENCE::equals);
    }

    private void start(
            HttpServerExchange exchange,
            @Nullable CgiEnvironment variables,
            KeptRun run,
            Run admitted,
            boolean isAsync) {
        var body = variables == null ? RequestBody.of(exchange) : null;
        var recording = new Recording(admitted, run, kept, body, serving);
        var entry = new RunEntry(admitted, exchange, run);
        RunExchange begun;
        try {
            begun = streams.exchange(exchange, variables, admitted, entry, body, recording);
        } catch (RuntimeException | Error e) {
            run.end(new Ending.Failed(), 0);
            kept.freeKey(run);
            kept.forget(run);
            throw e;
        }
        exchange.dispatch(exchange.getIoThread(), () -> {
            try {
                recording.answer(isAsync ? acknowledge(exchange, run, entry) : follow(exchange, run, recording));
                if (isAsync && body == null) {
                    recording.whole();
                }
                streams.begin(begun, admitted);
            } catch (RuntimeException | Error e) {
                begun.close();
                IoUtils.safeClose(exchange.getConnection());
                throw e;
            }
        });
    }

    private static Acknowledgement acknowledge(HttpServerExchange exchange, KeptRun run, RunEntry entry) {
        run.detach();
        return new Acknowledgement(exchange, entry);
    }

    private Follower follow(HttpServerExchange exchange, KeptRun run, Recording recording) {
        var follower = followers.whole(exchange, run, recording);
        recording.reached(0);
        follower.start();
        return follower;
    }

    private void watch(HttpServerExchange exchange, KeptRun run) {
        exchange.dispatch(exchange.getIoThread(), () -> {
            var follower = followers.whole(exchange, run, Follower.Listener.NONE);
            if (!exchange.isRequestComplete()) {
                RequestBody.of(exchange).drop(serving.config().request().maxBytes(), () -> follower.dueWithin(0));
            }
            follower.begin();
            follower.start();
        });
    }
}
