package streamer.http;

import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import streamer.format.Start;
import streamer.http.request.Accept;
import streamer.http.request.RequestBody;
import streamer.http.response.ResponseSink;
import streamer.http.response.SinkListener;
import streamer.http.response.StreamHead;
import streamer.output.Chunk;
import streamer.output.Ending;
import streamer.output.Ending.Reason;
import streamer.output.Output;
import streamer.run.Run;
import streamer.time.Stopwatch;

/**
 * Copies the chunks of one run's output to the sink of one client, and stops the run when the client leaves or stalls.
 *
 * <p>Threads: {@link #deliver} is the run's own, parked while the sink takes no more (back-pressure); others call
 * back.
 */
final class Viewer implements Delivery, SinkListener {
    private static final Logger LOG = System.getLogger(Viewer.class.getName());
    private static final long LONG_SILENCE_NANOS = Duration.ofSeconds(45).toNanos();

    private final AccessLog.Entry access;
    private final Run run;
    private final @Nullable RequestBody body;
    private final Serving serving;
    private final ResponseSink sink;
    private final Semaphore writable = new Semaphore(0);
    private volatile boolean isWaiting;
    private boolean silenceNoticed; // only on the pulse's thread

    /**
     * A viewer.
     *
     * @param body the request's body: while it comes, a blocked response can be a deadlock; null if it has none
     */
    Viewer(HttpServerExchange exchange, Run run, @Nullable RequestBody body, Serving serving) {
        access = AccessLog.of(exchange).expectRun();
        this.run = run;
        this.body = body;
        this.serving = serving;
        var format = serving.formats().format(Accept.of(exchange), run.id(), Start.ZERO);
        var head = new StreamHead(exchange, run.id(), format.contentType());
        sink = new ResponseSink(head, serving.config().response(), format, false, this);
    }

    /** Sends the head in time, and watches for the client to leave. */
    @Override
    public void waiting() {
        if (!isWaiting) { // in the queue it has been told already
            isWaiting = true;
            sink.queue();
        }
    }

    @Override
    public void deliver() {
        var output = run.output();
        try {
            sink.begin();
        } catch (IOException e) {
            clientGone(e);
        }
        try {
            for (var chunk = output.next(); chunk != null; chunk = output.next()) {
                show(chunk);
            }
            end(output);
        } catch (IOException e) {
            LOG.log(Level.WARNING, "run {0}: cannot read its output: {1}", run.id(), e);
            run.stop(Reason.ERROR);
            sink.abandon();
        }
    }

    /** The output is read on after the client has left: a full pipe must not block a command that is being stopped. */
    private void show(Chunk chunk) {
        try {
            while (!sink.write(chunk)) {
                awaitWritable();
            }
        } catch (IOException e) {
            clientGone(e);
        }
    }

    private void end(Output output) {
        stopping();
        var how = output.ending();
        end(how, serving.failureLine(how));
    }

    @Override
    public void end(Ending ending, String line) {
        try {
            while (!sink.end(ending, run.millis(), line, run::freeSlot)) {
                awaitWritable();
            }
        } catch (IOException e) {
            clientGone(e);
        }
    }

    private void awaitWritable() {
        run.dueWithin(blockedLimit());
        sink.whenWritable(writable::release);
        writable.acquireUninterruptibly();
    }

    @Override
    public boolean fail(int status, String line, @Nullable Ending why) {
        return sink.fail(status, line, why);
    }

    @Override
    public void abandon() {
        sink.abandon();
    }

    @Override
    public void clientGone(IOException e) {
        LOG.log(Level.DEBUG, () -> "run " + run.id() + ": client gone: " + e);
        run.stop(Reason.CLIENT_GONE);
        sink.abandon();
    }

    @Override
    public void close() {
        access.log(run.id(), run.ending());
    }

    @Override
    public void clientLeft() {
        if (run.ending() == null) {
            clientGone(new IOException("closed by the client"));
        }
    }

    @Override
    public void dueWithin(long nanos) {
        run.dueWithin(nanos);
    }

    @Override
    public long due(long now) {
        var next = sink.due(now);
        var limit = blockedLimit();
        var left = sink.blocked().left(now, limit);
        if (left == 0) {
            run.stop(limit == writeLimit() ? Reason.WRITE_TIMEOUT : Reason.STALLED);
            sink.abandon();
            return Stopwatch.NEVER;
        }
        return Math.min(next, Math.min(left, noticeSilence(now)));
    }

    private long noticeSilence(long now) {
        var left = silenceNoticed ? Stopwatch.NEVER : sink.silenceLeft(now, LONG_SILENCE_NANOS);
        if (left > 0) {
            return left;
        }
        silenceNoticed = true;
        LOG.log(
                Level.WARNING,
                "run {0}: silent for 45 s; routers and proxies cut such streams: see --heartbeat-text",
                run.id());
        return Stopwatch.NEVER;
    }

    /** Nanoseconds for which the client may take nothing of the output. */
    private long blockedLimit() {
        return Math.min(writeLimit(), stalledLimit());
    }

    private long writeLimit() {
        var timeout = serving.config().response().writeTimeout();
        return timeout == null ? Stopwatch.NEVER : timeout.toNanos();
    }

    private long stalledLimit() {
        var isSending = body != null && !body.isComplete();
        return isSending ? serving.config().request().stalledAfter().toNanos() : Stopwatch.NEVER;
    }

    @Override
    public void stopping() {
        if (body != null) {
            body.detach();
        }
    }
}
