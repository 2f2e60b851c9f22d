package streamer.http;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import java.util.Map;
import streamer.http.request.RequestPath;
import streamer.run.Runs;

/** Streamer's own paths, all below {@code /-/}; {@code PathRule} answers the rest of them with 404. */
final class OwnPaths implements HttpHandler {
    private final Map<String, HttpHandler> handlers;
    private final HttpHandler next;

    private OwnPaths(Map<String, HttpHandler> handlers, HttpHandler next) {
        this.handlers = handlers;
        this.next = next;
    }

    /** The paths that need no credentials. */
    static HttpHandler open(Runs runs, HttpHandler next) {
        return new OwnPaths(Map.of("/-/health", new HealthHandler(runs)), next);
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        handlers.getOrDefault(RequestPath.of(exchange), next).handleRequest(exchange);
    }
}
