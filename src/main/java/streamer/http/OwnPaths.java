package streamer.http;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import java.util.List;
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

    /**
     * The paths for those who may run the command.
     *
     * @param runs the runs that are there
     */
    static HttpHandler guarded(RunsHandler runs, HttpHandler next) {
        return new OwnPaths(Map.of(RunsHandler.LIST, runs, RunsHandler.ONE, runs), next);
    }

    /** The methods of a path; the given ones where it is none of these. */
    static List<String> methods(String path, List<String> others) {
        return path.startsWith(RunsHandler.ONE) ? RunsHandler.METHODS_OF_ONE : others;
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        var path = RequestPath.of(exchange);
        var below = path.startsWith(RunsHandler.ONE) ? RunsHandler.ONE : path;
        handlers.getOrDefault(path, handlers.getOrDefault(below, next)).handleRequest(exchange);
    }
}
