package streamer.http;

import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import streamer.http.request.CgiEnvironment;
import streamer.http.request.PathPattern;
import streamer.http.request.RefusedException;
import streamer.http.request.RequestBody;
import streamer.http.request.RequestConfig.UploadMode;
import streamer.http.request.Uploads;
import streamer.output.Ending;
import streamer.output.Ending.Reason;
import streamer.process.LaunchException;
import streamer.process.RunSpec;
import streamer.process.RunSpec.Stdin;
import streamer.run.Run;

/**
 * One request with its run: prepares the spec, launches, starts delivery and body feed, and answers errors.
 *
 * <p>Threads: created on the request's I/O thread; {@link #run} is the run's own thread; {@link #abandon} on any.
 */
final class RunExchange implements Runnable, AutoCloseable {
    private static final Logger LOG = System.getLogger(RunExchange.class.getName());
    private static final Logger LAUNCHES = System.getLogger(LaunchLine.LOGGER);

    private final HttpServerExchange exchange;
    private final @Nullable CgiEnvironment prepared;
    private final Run run;
    private final Serving serving;
    private final BiConsumer<RunExchange, Run> whenClosed;
    private final @Nullable RequestBody body;
    private final Delivery delivery;

    /**
     * The exchange of an admitted run, which is closed with it.
     *
     * @param prepared its variables; null if they are to be taken when its turn comes
     * @param whenClosed called when it is closed
     */
    RunExchange(
            HttpServerExchange exchange,
            @Nullable CgiEnvironment prepared,
            Run run,
            @Nullable RequestBody body,
            Delivery delivery,
            Serving serving,
            BiConsumer<RunExchange, Run> whenClosed) {
        this.exchange = exchange;
        this.prepared = prepared;
        this.run = run;
        this.body = body;
        this.delivery = delivery;
        this.serving = serving;
        this.whenClosed = whenClosed;
        run.listen(delivery);
    }

    /** If the run waits in the queue: sends the head in time, and watches for the client to leave. */
    void queue() {
        if (!run.isReady()) {
            delivery.waiting();
        }
    }

    @Override
    public void run() {
        Thread.currentThread().setName("run-" + run.id().substring(0, 8));
        try (this) { // logs the access line after every answer
            execute();
        }
    }

    private void execute() {
        try (var uploads = new Uploads(serving.spool())) {
            var spec = prepare(uploads);
            var isFed = spec.stdin() instanceof Stdin.Pipe; // then there is a body
            delivery.begin(!isFed);
            var begun = System.nanoTime();
            run.launch(spec);
            serving.metrics().launchTimes().add(System.nanoTime() - begun);
            LAUNCHES.log(Level.INFO, "{0}", launched());
            if (body != null && isFed) {
                feed(body);
            }
            delivery.deliver();
        } catch (LaunchException e) {
            notLaunched(e);
        } catch (RefusedException e) {
            refuse(e);
        } catch (IOException e) {
            delivery.clientGone(e);
        } catch (RuntimeException | Error e) {
            LOG.log(Level.ERROR, "run " + run.id() + ": " + e, e);
            run.stop(Reason.ERROR);
            fail(500, "The server failed.");
            delivery.abandon();
        }
    }

    private LaunchLine launched() {
        return new LaunchLine(
                run.id(),
                CgiEnvironment.address(exchange.getSourceAddress()),
                exchange.getRequestMethod().toString(),
                exchange.getRequestURI());
    }

    private RunSpec prepare(Uploads uploads) throws IOException {
        var cgi = prepared == null ? environment(exchange) : prepared;
        var stdin = stdin(uploads, cgi);
        return serving.spec().with(cgi.variables(), stdin);
    }

    /** The variables of a request. */
    static CgiEnvironment environment(HttpServerExchange exchange) throws RefusedException {
        return CgiEnvironment.of(exchange, exchange.getAttachment(PathPattern.Match.KEY));
    }

    private Stdin stdin(Uploads uploads, CgiEnvironment cgi) throws IOException {
        var limits = serving.config().request();
        if (limits.uploads() == UploadMode.RAW || !Uploads.isForm(exchange)) {
            return body == null ? new Stdin.Empty() : new Stdin.Pipe();
        }
        if (body == null) {
            throw RefusedException.bad("The form is not complete.");
        }
        body.sendContinue();
        uploads.receive(exchange, body, limits);
        uploads.putInto(cgi);
        return uploads.stdin();
    }

    private void feed(RequestBody from) {
        try {
            from.sendContinue();
            serving.threads()
                    .execute(new BodyFeed(run, delivery, from, serving.config().request()));
        } catch (IOException e) { // the output is read to its end all the same
            delivery.clientGone(e);
        }
    }

    private void notLaunched(LaunchException e) {
        var isStopped = e.kind() == LaunchException.Kind.STOPPED;
        LOG.log(isStopped ? Level.DEBUG : Level.WARNING, "run {0}: {1}", run.id(), e.getMessage());
        LOG.log(Level.DEBUG, "cause", e);
        if (!failAsStopped()) {
            fail(status(e), "The command cannot be launched: " + e.getMessage() + ".");
        }
    }

    private static int status(LaunchException e) {
        return switch (e.kind()) {
            case NO_RESOURCES, STOPPED -> 503;
            case TOO_LARGE -> 431;
            case NOT_FOUND, NOT_EXECUTABLE, OTHER -> 500;
        };
    }

    /** If somebody has had the run stopped, that is what its client is told: not to come again. */
    private boolean failAsStopped() {
        var ending = run.ending();
        var isStopped = ending instanceof Ending.Stopped stopped && stopped.reason() == Reason.STOP;
        if (isStopped && ending != null) {
            fail(500, serving.failureLine(ending));
        }
        return isStopped;
    }

    private void refuse(RefusedException e) {
        if (failAsStopped()) {
            return;
        }
        if (e.getCause() != null) {
            LOG.log(Level.WARNING, "run {0}: {1} {2}", run.id(), e.line(), e.getCause());
        }
        fail(e.status(), e.line());
    }

    private void fail(int status, String line) {
        if (!delivery.fail(status, line, run.ending())) { // the head was sent while the run waited in the queue
            var ending = run.ending();
            delivery.end(ending == null ? new Ending.Failed() : ending, line);
        }
    }

    /** Answers with a status and a line, or breaks the response off, and closes; does not wait for the client. */
    void failAndClose(int status, String line) {
        try (this) {
            if (!delivery.fail(status, line, run.ending())) {
                delivery.abandon();
            }
        }
    }

    /** Breaks the response off, even while its thread waits for the client. */
    void abandon() {
        delivery.abandon();
    }

    @Override
    public void close() {
        try {
            delivery.close();
        } finally {
            try {
                run.close();
            } finally {
                whenClosed.accept(this, run);
            }
        }
    }
}
