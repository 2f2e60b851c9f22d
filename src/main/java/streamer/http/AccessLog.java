package streamer.http;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.AttachmentKey;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import streamer.http.request.CgiEnvironment;
import streamer.http.request.Client;
import streamer.http.response.Answer;
import streamer.metrics.Metrics;
import streamer.output.Ending;

/**
 * Access log: one line for each request, when it ends.
 *
 * <p>Threads: any; each line is written once.
 */
final class AccessLog implements HttpHandler {
    private static final Logger LOG = System.getLogger("streamer.access");
    private static final int LEAST_ERROR = 400;
    private static final AttachmentKey<Entry> KEY = AttachmentKey.create(Entry.class);

    private final Metrics metrics;
    private final HttpHandler next;
    private final Set<Entry> streams = ConcurrentHashMap.newKeySet();
    private final LongAdder bytes = new LongAdder();

    /**
     * The log.
     *
     * @param metrics counts what is logged
     */
    AccessLog(Metrics metrics, HttpHandler next) {
        this.metrics = metrics;
        this.next = next;
        metrics.counter("streamer_sent_bytes", "Bytes of responses' bodies.", this::bytes);
    }

    /** Bytes of bodies until now, also of responses that go on. */
    private long bytes() {
        streams.forEach(Entry::countBytes);
        return bytes.sum();
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        var entry = new Entry(exchange);
        exchange.putAttachment(KEY, entry);
        exchange.addExchangeCompleteListener((done, after) -> {
            entry.complete();
            after.proceed();
        });
        next.handleRequest(exchange);
    }

    /** The entry of this request. */
    static Entry of(HttpServerExchange exchange) {
        var entry = exchange.getAttachment(KEY);
        if (entry == null) {
            throw new IllegalStateException("the access log is not in the chain");
        }
        return entry;
    }

    /** The entry of one request; logged once. */
    final class Entry {
        private final HttpServerExchange exchange;
        private final long startNanos = System.nanoTime();
        private final AtomicBoolean written = new AtomicBoolean();
        private volatile boolean isRun;
        private volatile boolean isRoutine;
        private volatile AccessLine.@Nullable RunPart found;
        private long countedBytes;

        private Entry(HttpServerExchange exchange) {
            this.exchange = exchange;
        }

        /** One that is asked for again and again, by no person: it is not counted, and logged where all is. */
        void routine() {
            isRoutine = true;
        }

        /** Has the line tell the run that the request has begun or found, and that goes on without it. */
        void found(String id) {
            found = AccessLine.RunPart.of(id, null);
        }

        /** Defers the line: it is logged by one of the methods below. */
        Entry expectRun() {
            isRun = true;
            streams.add(this);
            return this;
        }

        /** Counts what a stream's line has been too early for; logs the line of what is none. */
        private void complete() {
            settle();
            if (!isRun) {
                log(found);
            }
        }

        /** Logs the line of a request with a run; {@code ending} is null if that is not known. */
        void log(String run, @Nullable Ending ending) {
            log(AccessLine.RunPart.of(run, ending));
        }

        /** Logs the line of a request whose response ended before its run, and why. */
        void log(String run, String ended) {
            log(new AccessLine.RunPart(null, ended, run));
        }

        private void log(AccessLine.@Nullable RunPart run) {
            if (written.compareAndSet(false, true)) {
                var line = line(run);
                settle();
                if (!isRoutine) {
                    count(line);
                }
                LOG.log(isRoutine ? Level.DEBUG : Level.INFO, "{0}", line);
            }
        }

        private void count(AccessLine line) {
            metrics.requests().add(Integer.toString(line.status()));
            if (line.reason() != null) {
                metrics.refusals().add(line.reason());
            }
        }

        private void settle() {
            streams.remove(this);
            countBytes();
        }

        /** Counts what has been sent since the last time. */
        private synchronized void countBytes() {
            var sent = exchange.getResponseBytesSent();
            bytes.add(sent - countedBytes);
            countedBytes = sent;
        }

        private AccessLine line(AccessLine.@Nullable RunPart run) {
            var client = exchange.getAttachment(Client.KEY);
            var why = run == null || run.ended() == null ? exchange.getAttachment(Answer.WHY) : null;
            var millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
            return new AccessLine(
                    CgiEnvironment.address(exchange.getSourceAddress()),
                    client == null || client.name().isEmpty() ? null : client.name(),
                    exchange.getRequestMethod().toString(),
                    exchange.getRequestURI(),
                    exchange.getStatusCode(),
                    exchange.getResponseBytesSent(),
                    millis / 1e3,
                    run,
                    why,
                    why == null || exchange.getStatusCode() < LEAST_ERROR ? null : RefusalReason.of(exchange));
        }
    }
}
