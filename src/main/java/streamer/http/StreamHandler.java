package streamer.http;

import io.undertow.server.ExchangeCompletionListener;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import streamer.format.FormatChoice;
import streamer.http.access.PathRule;
import streamer.http.request.Accept;
import streamer.http.request.CgiEnvironment;
import streamer.http.request.CgiEnvironment.BadValueException;
import streamer.http.request.ChunkedBody;
import streamer.http.request.RequestBody;
import streamer.http.request.RequestConfig;
import streamer.http.request.Spool;
import streamer.http.request.Uploads;
import streamer.http.response.Answer;
import streamer.http.response.ResponseSink;
import streamer.output.Ending;
import streamer.output.Ending.Reason;
import streamer.run.LaunchException;
import streamer.run.Run;
import streamer.run.RunSpec;
import streamer.run.RunSpec.Stdin;
import streamer.run.Runs;

/**
 * The end of the chain: a run for the request.
 *
 * <p>Threads: decides on the thread of the request whether there is one, then hands over to one of the run's own.
 */
final class StreamHandler implements HttpHandler {
    private static final Logger LOG = System.getLogger(StreamHandler.class.getName());

    private final ServerConfig config;
    private final RunSpec spec;
    private final Runs runs;
    private final FormatChoice formats;
    private final Executor threads;
    private final Spool spool;
    private final Set<Stream> streams = ConcurrentHashMap.newKeySet();

    StreamHandler(ServerConfig config, RunSpec spec, FormatChoice formats, Runs runs, Executor threads) {
        this.formats = formats;
        this.config = config;
        this.spec = spec;
        this.runs = runs;
        this.threads = threads;
        spool = new Spool(config.request().maxSpoolBytes());
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) {
        if (exchange.getRequestContentLength() > config.request().maxBytes()) {
            Answer.line(exchange, 413, Answer.TOO_LARGE);
            return;
        }
        var id = runs.newId();
        var sink = new ResponseSink(exchange, config.response(), formats.format(Accept.of(exchange), id), id);
        var body = exchange.isRequestComplete() ? null : RequestBody.of(exchange);
        var viewer = new Viewer(sink, body, config, failureLine(), threads);
        var run = runs.admit(id, viewer);
        if (run == null) {
            refuse(exchange);
            return;
        }
        AccessLog.of(exchange).expectRun();
        exchange.addExchangeCompleteListener(StreamHandler::completeOnIoThread);
        var stream = new Stream(exchange, run, sink, body);
        streams.add(stream);
        if (!run.isReady()) {
            viewer.await(run);
        }
        exchange.dispatch(task -> run.whenReady(() -> handOver(task, stream)), stream);
    }

    /**
     * The next request's reader, on the I/O thread, is let in by whoever completes this one; if that is another thread, the
     * reader it wakes takes its processor and spins until it has it back.
     */
    private static void completeOnIoThread(HttpServerExchange exchange, ExchangeCompletionListener.NextListener after) {
        exchange.getIoThread().execute(after::proceed);
    }

    /** Breaks all streams off, also those whose threads wait for their clients. */
    void abandonAll() {
        streams.forEach(stream -> stream.sink.abandon());
    }

    private String failureLine() {
        return "The command failed before it wrote anything."
                + (spec.stderr() == RunSpec.Stderr.LOG ? " Its standard error is in the server's log." : "");
    }

    private void refuse(HttpServerExchange exchange) {
        if (runs.refusal() == Runs.Refusal.DRAINING) {
            exchange.setPersistent(false);
            exchange.getResponseHeaders().put(Headers.CONNECTION, "close");
            Answer.later(exchange, Answer.RETRY_LATER_SECONDS, "The server is shutting down.");
        } else {
            Answer.later(exchange, Answer.RETRY_SOON_SECONDS, "All runs are taken.");
        }
    }

    private void handOver(Runnable task, Stream stream) {
        try {
            threads.execute(task);
        } catch (OutOfMemoryError | RejectedExecutionException e) { // no thread to be had
            stream.giveUp(503, "The server is out of threads or memory.");
            stream.close();
        }
    }

    /** One request with its run, on the run's thread. */
    private final class Stream implements Runnable, AutoCloseable {
        private final HttpServerExchange exchange;
        private final Run run;
        private final ResponseSink sink;
        private final @Nullable RequestBody body;

        Stream(HttpServerExchange exchange, Run run, ResponseSink sink, @Nullable RequestBody body) {
            this.exchange = exchange;
            this.run = run;
            this.sink = sink;
            this.body = body;
        }

        @Override
        public void run() {
            Thread.currentThread().setName("run-" + run.id().substring(0, 8));
            try (this) { // the access line, after all answers
                execute();
            }
        }

        private void execute() {
            try (var uploads = new Uploads(spool)) {
                run.execute(prepare(uploads));
            } catch (LaunchException e) {
                notLaunched(e);
            } catch (BadValueException | Uploads.BadFormException e) {
                fail(400, String.valueOf(e.getMessage()));
            } catch (ChunkedBody.MalformedException e) {
                fail(400, Answer.MALFORMED);
            } catch (RequestBody.TooLargeException e) {
                fail(413, Answer.TOO_LARGE);
            } catch (RequestBody.TooSlowException e) {
                fail(408, Answer.TOO_SLOW);
            } catch (RequestBody.DetachedException e) {
                fail(503, "The server is shutting down.");
            } catch (Spool.FullException e) {
                fail(503, "There is no room for more uploads now.");
            } catch (Spool.BrokenException e) {
                LOG.log(Level.WARNING, "run {0}: cannot keep an upload: {1}", run.id(), e.getMessage());
                fail(507, "The upload cannot be kept.");
            } catch (IOException e) {
                LOG.log(Level.DEBUG, () -> "run " + run.id() + ": client gone: " + e);
                run.stop(Reason.CLIENT_GONE);
                sink.abandon();
            } catch (RuntimeException | Error e) {
                LOG.log(Level.ERROR, "run " + run.id() + ": " + e, e);
                run.stop(Reason.ERROR);
                fail(500, "The server failed.");
                sink.abandon();
            }
        }

        private RunSpec prepare(Uploads uploads) throws IOException, BadValueException {
            var cgi = CgiEnvironment.of(exchange, exchange.getAttachment(PathRule.MATCH));
            var stdin = stdin(uploads, cgi);
            var variables = new HashMap<>(cgi.variables());
            variables.put(Run.MARKER, run.id());
            return spec.with(variables, stdin);
        }

        private Stdin stdin(Uploads uploads, CgiEnvironment cgi) throws IOException, BadValueException {
            if (config.request().uploads() == RequestConfig.UploadMode.RAW || !Uploads.isForm(exchange)) {
                return body == null ? new Stdin.Empty() : new Stdin.Pipe();
            }
            if (body == null) {
                throw new Uploads.BadFormException("The form is not complete.");
            }
            body.invite();
            uploads.receive(exchange, body, config.request());
            uploads.putInto(cgi);
            return uploads.stdin();
        }

        private void notLaunched(LaunchException e) {
            var isStopped = e.kind() == LaunchException.Kind.STOPPED;
            LOG.log(isStopped ? Level.DEBUG : Level.WARNING, "run {0}: {1}", run.id(), e.getMessage());
            LOG.log(Level.DEBUG, "cause", e);
            fail(status(e), "The command cannot be launched: " + e.getMessage() + ".");
        }

        /** The same where nobody may wait for the client. */
        void giveUp(int status, String line) {
            if (!sink.fail(status, line, run.ending())) {
                sink.abandon();
            }
        }

        void fail(int status, String line) {
            var ending = run.ending();
            if (!sink.fail(status, line, ending)) { // the head has been sent while the run waited for others
                end(ending == null ? new Ending.Failed() : ending, line);
            }
        }

        private void end(Ending ending, String line) {
            try {
                sink.end(ending, run.millis(), line, run::freeSlot);
            } catch (IOException e) {
                sink.abandon();
            }
        }

        @Override
        public void close() {
            streams.remove(this);
            try {
                AccessLog.of(exchange).log(run.id(), run.ending());
            } finally {
                run.close();
            }
        }
    }

    private static int status(LaunchException e) {
        return switch (e.kind()) {
            case NO_RESOURCES, STOPPED -> 503;
            case TOO_LARGE -> 431;
            case NOT_FOUND, NOT_EXECUTABLE, OTHER -> 500;
        };
    }
}
