package streamer.http;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import streamer.http.response.Answer;
import streamer.http.response.StreamHead;
import streamer.output.Ending;
import streamer.output.Ending.Reason;

/**
 * 202 for a run that goes on without its client ({@code Prefer: respond-async}, RFC 7240, 4.1), as soon as the whole
 * request has been received.
 *
 * <p>Threads: any.
 */
final class Acknowledgement implements Reply {
    static final String PREFERENCE = "respond-async";
    private static final HttpString PREFERENCE_APPLIED = new HttpString("Preference-Applied");

    private final HttpServerExchange exchange;
    private final RunEntry run;
    private final AtomicBoolean isAnswered = new AtomicBoolean();

    /** An acknowledgement of this run. */
    Acknowledgement(HttpServerExchange exchange, RunEntry run) {
        this.exchange = exchange;
        this.run = run;
    }

    @Override
    public void queue() {}

    @Override
    public void begin() {}

    @Override
    public void whole() {
        if (isAnswered.compareAndSet(false, true)) {
            var headers = exchange.getResponseHeaders();
            headers.put(Headers.LOCATION, RunsHandler.ONE + run.id());
            headers.put(PREFERENCE_APPLIED, PREFERENCE);
            headers.put(StreamHead.RUN, run.id());
            AccessLog.of(exchange).found(run.id());
            Answer.json(exchange, 202, run.json());
        }
    }

    @Override
    public boolean fail(int status, String line, @Nullable Ending why) {
        var isFirst = isAnswered.compareAndSet(false, true);
        if (isFirst) {
            AccessLog.of(exchange).found(run.id());
            new StreamHead(exchange, run.id(), "").fail(status, line, why);
        }
        return isFirst;
    }

    @Override
    public void abandon(Reason why) {
        if (isAnswered.compareAndSet(false, true)) {
            AccessLog.of(exchange).log(run.id(), why.word()); // a stream of HTTP/2 that has been reset never completes
            IoUtils.safeClose(exchange.getConnection());
        }
    }
}
