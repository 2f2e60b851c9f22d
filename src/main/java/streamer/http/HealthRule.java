package streamer.http;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import streamer.http.request.RequestPath;
import streamer.http.response.Answer;
import streamer.run.Runs;

/** {@code /-/health}: whether new runs are welcome. */
final class HealthRule implements HttpHandler {
    private final Runs runs;
    private final HttpHandler next;

    HealthRule(Runs runs, HttpHandler next) {
        this.runs = runs;
        this.next = next;
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        if (!RequestPath.of(exchange).equals("/-/health")) {
            next.handleRequest(exchange);
        } else if (runs.refusal() == Runs.Refusal.DRAINING) {
            Answer.line(exchange, 503, "draining");
        } else {
            Answer.line(exchange, 200, "ok");
        }
    }
}
