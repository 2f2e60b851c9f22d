package streamer.http;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import streamer.http.access.MethodRule;
import streamer.http.page.PageFiles;
import streamer.http.request.RequestPath;
import streamer.run.Runs;

/** Streamer's own paths, all below {@code /-/}; {@code PathRule} answers the rest of them with 404. */
final class OwnPaths implements HttpHandler {
    private static final String RESERVED = "/-/";

    private final Map<String, HttpHandler> handlers;
    private final HttpHandler next;

    private OwnPaths(Map<String, HttpHandler> handlers, HttpHandler next) {
        this.handlers = handlers;
        this.next = next;
    }

    /** The paths that need no credentials. */
    static HttpHandler open(Runs runs, boolean hasPage, HttpHandler next) {
        var handlers = new HashMap<String, HttpHandler>();
        handlers.put("/-/health", new HealthHandler(runs));
        if (hasPage) {
            handlers.put(PageFiles.PATH, new PageFiles());
        }
        return new OwnPaths(handlers, next);
    }

    /**
     * The paths for those who may run the command.
     *
     * @param list the runs that are there
     * @param one what is below them
     * @param others what is counted, the diagnostic stream: by their paths
     */
    static HttpHandler guarded(HttpHandler list, HttpHandler one, Map<String, HttpHandler> others, HttpHandler next) {
        var handlers = new HashMap<>(others);
        handlers.put(RunsHandler.LIST, list);
        handlers.put(RunsHandler.ONE, one);
        return new OwnPaths(handlers, next);
    }

    /** A run's page, but for its output, which has none. */
    static HttpHandler pageOfOne(HttpHandler page, HttpHandler output) {
        return exchange -> (isOutput(exchange) ? output : page).handleRequest(exchange);
    }

    /** Whether a path may have a page. */
    static boolean mayHavePage(HttpServerExchange exchange) {
        var path = RequestPath.of(exchange);
        return !RequestPath.isReserved(path)
                || path.equals(RunsHandler.LIST)
                || (path.startsWith(RunsHandler.ONE) && !isOutput(exchange));
    }

    private static boolean isOutput(HttpServerExchange exchange) {
        return RequestPath.of(exchange).endsWith(RunsHandler.OUTPUT);
    }

    /** The methods of a path; the given ones where it is none of these. */
    static List<String> methods(String path, List<String> others) {
        if (path.equals(ProbeHandler.PATH) || path.equals(MetricsHandler.PATH)) {
            return MethodRule.READING;
        }
        return path.startsWith(RunsHandler.ONE) ? RunsHandler.METHODS_OF_ONE : others;
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        var path = RequestPath.of(exchange);
        var parent = path.substring(0, path.indexOf('/', RESERVED.length()) + 1);
        var below = path.startsWith(RESERVED) ? parent : path;
        handlers.getOrDefault(path, handlers.getOrDefault(below, next)).handleRequest(exchange);
    }
}
