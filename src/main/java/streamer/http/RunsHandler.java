package streamer.http;

import static java.util.stream.Collectors.joining;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import java.time.Duration;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import streamer.http.access.CrossSiteRule;
import streamer.http.access.MethodRule;
import streamer.http.request.RequestPath;
import streamer.http.response.Answer;
import streamer.kept.Fleet;
import streamer.kept.RemoteRun;
import streamer.time.TimeText;

/**
 * {@code /-/runs}: the list of runs; {@code /-/runs/ID}: one run's status, and {@code DELETE} to stop it.
 *
 * <p>Threads: any that owns the exchange.
 */
final class RunsHandler implements HttpHandler {
    static final String LIST = "/-/runs";

    /** What one run is below. */
    static final String ONE = LIST + "/";

    /** What the output of one run is, below it. */
    static final String OUTPUT = "/output";

    static final List<String> METHODS_OF_ONE = List.of("GET", "HEAD", "DELETE", "OPTIONS");

    private static final String WAIT = "wait";
    private static final Pattern ID = Pattern.compile("[0-9a-f]{32}");
    private static final String UNKNOWN = "No such run, or its end is long ago.";

    /** A list may have a megabyte or more, which its client may leave where it is for a while. */
    private static final int LISTS_AT_ONE_TIME = 16;

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(25);

    private final RunTable table;
    private final LongPolls polls;
    private final @Nullable Fleet fleet;
    private final @Nullable OutputHandler outputs;
    private final boolean isListOpen;
    private final Semaphore lists = new Semaphore(LISTS_AT_ONE_TIME);

    /**
     * A handler.
     *
     * @param fleet kept runs; null if none are kept
     * @param outputs their output
     * @param isListOpen whether everybody who may run the command may list the runs
     */
    RunsHandler(
            RunTable table,
            LongPolls polls,
            @Nullable Fleet fleet,
            @Nullable OutputHandler outputs,
            boolean isListOpen) {
        this.table = table;
        this.polls = polls;
        this.fleet = fleet;
        this.outputs = outputs;
        this.isListOpen = isListOpen;
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) {
        var path = RequestPath.of(exchange);
        var isList = path.equals(LIST);
        if (!MethodRule.allows(exchange, isList ? MethodRule.READING : METHODS_OF_ONE)) {
            return;
        }
        if (isList) {
            list(exchange);
        } else {
            var id = path.substring(ONE.length());
            if (id.endsWith(OUTPUT)) {
                output(exchange, id.substring(0, id.length() - OUTPUT.length()));
            } else {
                one(exchange, exchange.getRequestMethod().toString(), id);
            }
        }
    }

    private void one(HttpServerExchange exchange, String method, String id) {
        var here = table.find(id)
                .or(() -> fleet == null ? Optional.empty() : fleet.here(id).map(RunEntry::new));
        if (here.isPresent() || fleet == null || !ID.matcher(id).matches()) {
            one(exchange, method, here);
        } else if (method.equals("DELETE")) {
            Later.then(exchange, fleet.find(id), found -> stopThere(exchange, fleet, found));
        } else if (exchange.getQueryParameters().containsKey(WAIT)) { // for which its end is watched
            Later.then(exchange, fleet.open(id), found -> one(exchange, method, found.map(RunEntry::new)));
        } else {
            Later.then(exchange, fleet.find(id), found -> one(exchange, method, found.map(RunEntry::of)));
        }
    }

    private static void stopThere(HttpServerExchange exchange, Fleet fleet, Optional<RemoteRun> run) {
        if (run.isEmpty()) {
            Answer.line(exchange, 404, UNKNOWN);
        } else if (run.get().end() != null) {
            Answer.empty(exchange, 204);
        } else {
            var entry = RunEntry.stopping(run.get());
            Later.then(exchange, fleet.stop(run.get()), nothing -> Answer.json(exchange, 202, entry.json()));
        }
    }

    private void one(HttpServerExchange exchange, String method, Optional<RunEntry> entry) {
        if (entry.isEmpty()) {
            Answer.line(exchange, 404, UNKNOWN);
        } else if (method.equals("DELETE")) {
            stop(exchange, entry.get());
        } else if (method.equals("GET")) {
            status(exchange, entry.get());
        } else {
            Answer.json(exchange, 200, entry.get().json());
        }
    }

    private void status(HttpServerExchange exchange, RunEntry entry) {
        Runnable answer = () -> Answer.json(exchange, 200, entry.json());
        var wait = exchange.getQueryParameters().get(WAIT);
        if (wait == null) {
            answer.run();
            return;
        }
        var time = wait.size() == 1 ? TimeText.parse(wait.element()) : Optional.<Duration>empty();
        if (time.isEmpty()) {
            Answer.line(exchange, 400, "wait is to be one time, like 250ms or 25s.");
        } else {
            polls.await(exchange, entry, Collections.min(List.of(time.get(), LONGEST_WAIT)), answer);
        }
    }

    private void output(HttpServerExchange exchange, String id) {
        if (fleet == null || outputs == null || !ID.matcher(id).matches()) {
            noOutput(exchange, id);
            return;
        }
        Later.then(exchange, fleet.open(id), run -> {
            if (run.isPresent()) {
                outputs.answer(exchange, run.get());
            } else {
                noOutput(exchange, id);
            }
        });
    }

    private void noOutput(HttpServerExchange exchange, String id) {
        if (table.find(id).isPresent()) {
            var hint = outputs == null ? "Its output is not kept; see --keep." : "Its output is not kept any more.";
            Answer.line(exchange, 404, hint);
        } else {
            Answer.line(exchange, 404, UNKNOWN);
        }
    }

    private void list(HttpServerExchange exchange) {
        if (!isListOpen) {
            Answer.line(
                    exchange,
                    403,
                    "Runs are listed only where clients must say who they are (STREAMER_TOKEN, --basic-auth-file,"
                            + " --tls-client-ca), or with --open-list.");
        } else if (CrossSiteRule.isOfAnotherSite(exchange)) {
            Answer.line(exchange, 403, "Runs are not listed for pages of other sites.");
        } else if (lists.tryAcquire()) {
            exchange.addExchangeCompleteListener((done, after) -> {
                lists.release();
                after.proceed();
            });
            var others = fleet == null ? CompletableFuture.completedFuture(List.<RemoteRun>of()) : fleet.list();
            Later.then(exchange, others, found -> Answer.json(exchange, 200, json(found)));
        } else {
            Answer.later(exchange, Answer.RETRY_SOON_SECONDS, "Too many lists at one time.");
        }
    }

    private String json(List<RemoteRun> others) {
        return Stream.concat(table.newestFirst().stream(), others.stream().map(RunEntry::of))
                .sorted(Comparator.comparing(RunEntry::since).reversed())
                .map(RunEntry::json)
                .collect(joining(",\n", "[", "]"));
    }

    private static void stop(HttpServerExchange exchange, RunEntry entry) {
        if (entry.stop()) {
            Answer.json(exchange, 202, entry.json());
        } else {
            Answer.empty(exchange, 204);
        }
    }
}
