package streamer.http;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import java.util.List;
import java.util.Map;
import streamer.format.FormatChoice;
import streamer.http.page.PageFiles;
import streamer.http.page.PageRule;
import streamer.http.page.PageSettings;
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
    static HttpHandler open(Runs runs, HttpHandler next) {
        return new OwnPaths(Map.of("/-/health", new HealthHandler(runs)), next);
    }

    /** The files of the page, which need none either. */
    static HttpHandler page(HttpHandler next) {
        return new OwnPaths(Map.of(PageFiles.PATH, new PageFiles()), next);
    }

    /**
     * The paths for those who may run the command.
     *
     * @param runs the runs that are there
     */
    static HttpHandler guarded(RunsHandler runs, HttpHandler next) {
        return new OwnPaths(Map.of(RunsHandler.LIST, runs, RunsHandler.ONE, runs), next);
    }

    /** Pages of runs: their list, and each of them but its output. */
    static HttpHandler pages(PageSettings settings, FormatChoice formats, HttpHandler next) {
        var one = new PageRule(settings, formats, "page.html", next);
        HttpHandler onlyItself = exchange -> (isOutput(exchange) ? next : one).handleRequest(exchange);
        var list = new PageRule(settings, formats, "runs.html", next);
        return new OwnPaths(Map.of(RunsHandler.LIST, list, RunsHandler.ONE, onlyItself), next);
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
