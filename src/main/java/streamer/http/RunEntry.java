package streamer.http;

import io.undertow.server.HttpServerExchange;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import streamer.format.Json;
import streamer.kept.End;
import streamer.kept.KeptRun;
import streamer.kept.RemoteRun;
import streamer.output.Ending;
import streamer.output.Ending.Reason;
import streamer.run.Run;

/**
 * One run in the {@link RunTable}: what was asked for, and its status. The query is left out, as in the access log:
 * there may be secrets in it.
 *
 * <p>Threads: any.
 */
final class RunEntry {
    private final String id;
    private final String method;
    private final String path;
    private final @Nullable KeptRun kept;
    private final Instant since;
    private @Nullable Run run; // until nothing changes any more
    private @Nullable Instant finished;
    private Map<String, @Nullable Object> last = new LinkedHashMap<>();

    /** The entry of a run that has been admitted for a request. */
    RunEntry(Run run, HttpServerExchange exchange, @Nullable KeptRun kept) {
        this.run = run;
        this.kept = kept;
        id = run.id();
        method = exchange.getRequestMethod().toString();
        path = RequestIdentity.path(exchange);
        since = Instant.now();
    }

    /** The entry of a kept run of an earlier process, or of another machine. */
    RunEntry(KeptRun kept) {
        this.kept = kept;
        id = kept.id();
        method = kept.request().method();
        path = kept.request().path();
        since = kept.started() == null ? Instant.now() : kept.started();
    }

    private RunEntry(RemoteRun run, String state) {
        kept = null;
        id = run.id();
        method = run.request().method();
        path = run.request().path();
        since = run.started() == null ? Instant.now() : run.started();
        last = status(state, run.started(), run.end());
        last.put("from", run.first());
        last.put("next", run.next());
        last.put("machine", run.machine());
    }

    /** What is known of another machine's run. */
    static RunEntry of(RemoteRun run) {
        return new RunEntry(run, run.isReachable() ? state(run.started(), run.end()) : "unreachable");
    }

    /** The same, of a run that its machine has been told to stop. */
    static RunEntry stopping(RemoteRun run) {
        return new RunEntry(run, "stopping");
    }

    private static String state(@Nullable Instant started, @Nullable End end) {
        return end != null ? "ended" : started == null ? "queued" : "running";
    }

    /** When it was admitted, or, if that is not known, launched. */
    Instant since() {
        return since;
    }

    /** The run's id. */
    String id() {
        return id;
    }

    /** Its status, as JSON; times as in RFC 3339. */
    String json() {
        var status = new LinkedHashMap<>(status());
        if (kept != null) {
            status.put("from", kept.log().first());
            status.put("next", kept.log().next());
            status.put("viewers", kept.viewers());
            if (kept.machine() != null) {
                status.put("machine", kept.machine());
            }
        }
        return Json.object(status);
    }

    private synchronized Map<String, @Nullable Object> status() {
        var of = run;
        if (of == null) {
            return last.isEmpty() && kept != null ? status(kept) : last;
        }
        var isOver = finished != null && of.isOver();
        var state = of.state().name().toLowerCase(Locale.ROOT);
        var status = status(state, of.started(), of.ending(), of.millis(), finished());
        of.held().ifPresent(holds -> status.put("holds", holds));
        if (isOver) { // then this is the last one
            last = status;
            run = null;
        }
        return status;
    }

    private Map<String, @Nullable Object> status(KeptRun of) {
        var end = of.log().end();
        return status(state(of.started(), end), of.started(), end);
    }

    private Map<String, @Nullable Object> status(String state, @Nullable Instant started, @Nullable End end) {
        return end == null
                ? status(state, started, null, millisSince(started), null)
                : status(state, started, end.ending(), end.millis(), end.at());
    }

    private static long millisSince(@Nullable Instant start) {
        return start == null
                ? 0
                : Math.max(0, Duration.between(start, Instant.now()).toMillis());
    }

    private Map<String, @Nullable Object> status(
            String state, @Nullable Instant started, @Nullable Ending ending, long millis, @Nullable Instant finished) {
        var code = ending == null ? OptionalInt.empty() : ending.code();
        var status = new LinkedHashMap<String, @Nullable Object>();
        status.put("run", id);
        status.put("state", state);
        status.put("ended", ending == null ? null : ending.word());
        status.put("code", code.isEmpty() ? null : (Integer) code.getAsInt());
        status.put("started", millis(started));
        status.put("finished", millis(finished));
        status.put("millis", millis);
        status.put("holds", null);
        status.put("method", method);
        status.put("path", path);
        return status;
    }

    private @Nullable Instant finished() {
        var end = kept == null ? null : kept.log().end();
        return end == null ? finished : end.at(); // when its response is over is another matter
    }

    private static @Nullable Instant millis(@Nullable Instant time) {
        return time == null ? null : time.truncatedTo(ChronoUnit.MILLIS);
    }

    /** Whether its state is {@code ended}, and what is kept of it says so too. */
    boolean hasEnded() {
        var of = run();
        var isKept = kept == null || kept.log().end() != null;
        return isKept && (of == null || of.state() == Run.State.ENDED);
    }

    /** Calls the task whenever it may have ended, until {@link #unwatch}; the task must not wait. */
    void watch(Runnable task) {
        var of = run();
        if (of != null) {
            of.watch(task);
        } else if (kept != null) {
            kept.log().onMore(task);
        }
    }

    /** Does not call the task any more. */
    void unwatch(Runnable task) {
        var of = run();
        if (of != null) {
            of.unwatch(task);
        }
        if (kept != null) {
            kept.log().forget(task);
        }
    }

    private synchronized @Nullable Run run() {
        return run;
    }

    /** Stops it; does not wait. False if it has ended already. */
    boolean stop() {
        var of = run();
        if (of == null || of.ending() != null) {
            return false;
        }
        of.stop(Reason.STOP);
        return true;
    }

    /** The run is closed, though its processes may still have to be stopped. */
    synchronized void close() {
        finished = Instant.now();
        status();
    }
}
