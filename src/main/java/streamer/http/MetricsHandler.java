package streamer.http;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import streamer.http.access.MethodRule;
import streamer.http.response.Answer;
import streamer.metrics.Exposition;
import streamer.metrics.Metrics;

/**
 * {@code /-/metrics}: what is counted, for Prometheus.
 *
 * <p>Threads: the request's I/O thread, which dispatches to another, as the first time loads a library.
 */
final class MetricsHandler implements HttpHandler {
    static final String PATH = "/-/metrics";

    private final Metrics metrics;
    private final Executor threads;
    private @Nullable Exposition exposition;

    MetricsHandler(Metrics metrics, Executor threads) {
        this.metrics = metrics;
        this.threads = threads;
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) {
        if (MethodRule.allows(exchange, MethodRule.READING)) {
            AccessLog.of(exchange).routine();
            exchange.dispatch(threads, () -> Answer.text(exchange, Exposition.CONTENT_TYPE, text()));
        }
    }

    private synchronized String text() {
        if (exposition == null) {
            exposition = new Exposition(metrics);
        }
        return exposition.text();
    }
}
