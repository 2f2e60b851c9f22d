package streamer.http;

import io.undertow.server.HttpServerExchange;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import streamer.format.Json;
import streamer.http.request.RequestPath;
import streamer.output.Ending.Reason;
import streamer.run.Run;

/**
 * One run in the {@link RunTable}: what was asked for, and its status. When the run is over only the status is kept.
 *
 * <p>Threads: any.
 */
final class RunEntry {
    /** Of a path or a query, so that the table stays small. */
    private static final int MOST_CHARS = 512;

    private final String id;
    private final Map<String, @Nullable Object> request = new LinkedHashMap<>();
    private final Set<Runnable> waiting = new LinkedHashSet<>();
    private @Nullable Run run;
    private Map<String, @Nullable Object> end = Map.of();

    /** The entry of a run that has been admitted for a request. */
    RunEntry(Run run, HttpServerExchange exchange) {
        this.run = run;
        id = run.id();
        request.put("method", exchange.getRequestMethod().toString());
        request.put("path", start(RequestPath.of(exchange)));
        request.put("query", start(exchange.getQueryString()));
    }

    private static String start(String text) {
        return text.length() > MOST_CHARS ? text.substring(0, MOST_CHARS) : text;
    }

    /** The run's id. */
    String id() {
        return id;
    }

    /** Its status, as JSON; times as in RFC 3339. */
    synchronized String json() {
        return Json.object(run == null ? end : status(run, false));
    }

    private Map<String, @Nullable Object> status(Run of, boolean isOver) {
        var ending = isOver ? of.ending() : null;
        var code = ending == null ? OptionalInt.empty() : ending.code();
        var status = new LinkedHashMap<String, @Nullable Object>();
        status.put("run", id);
        status.put("state", isOver ? "ended" : of.state().name().toLowerCase(Locale.ROOT));
        status.put("ended", ending == null ? null : ending.word());
        status.put("code", code.isEmpty() ? null : (Integer) code.getAsInt());
        status.put("started", millis(of.started()));
        status.put("finished", isOver ? millis(Instant.now()) : null);
        status.put("millis", of.millis());
        status.put("holds", isOver ? null : of.held().orElse(null));
        status.putAll(request);
        return status;
    }

    private static @Nullable Instant millis(@Nullable Instant time) {
        return time == null ? null : time.truncatedTo(ChronoUnit.MILLIS);
    }

    /** Stops it; does not wait. False if it is over already. */
    boolean stop() {
        Run of;
        synchronized (this) {
            of = run;
        }
        if (of != null) {
            of.stop(Reason.STOP);
        }
        return of != null;
    }

    /** Calls the task, once, when the run is over, perhaps at once, unless {@link #forget} comes first; it must not wait. */
    void whenOver(Runnable task) {
        synchronized (this) {
            if (run != null) {
                waiting.add(task);
                return;
            }
        }
        task.run();
    }

    /** Does not call the task any more. */
    synchronized void forget(Runnable task) {
        waiting.remove(task);
    }

    /** The run is over. */
    void end() {
        List<Runnable> tasks;
        synchronized (this) {
            if (run == null) {
                return;
            }
            end = status(run, true);
            run = null;
            tasks = List.copyOf(waiting);
            waiting.clear();
        }
        tasks.forEach(Runnable::run);
    }
}
