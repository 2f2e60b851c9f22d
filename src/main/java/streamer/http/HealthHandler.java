package streamer.http;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import streamer.http.response.Answer;
import streamer.run.Runs;

/** Health check: 200, or 503 while the server drains. */
final class HealthHandler implements HttpHandler {
    private final Runs runs;

    HealthHandler(Runs runs) {
        this.runs = runs;
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) {
        AccessLog.of(exchange).routine();
        if (runs.refusal() == Runs.Refusal.DRAINING) {
            Answer.line(exchange, 503, "draining");
        } else {
            Answer.line(exchange, 200, "ok");
        }
    }
}
