package streamer.http.access;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import java.util.List;
import java.util.Optional;
import streamer.http.request.PathPattern;
import streamer.http.request.RequestPath;
import streamer.http.response.Answer;

/** Allowed paths: 404 for others, such as {@code /favicon.ico}; {@code /robots.txt} keeps crawlers out. */
public final class PathRule implements HttpHandler {
    private static final String ROBOTS = "/robots.txt";

    private final List<PathPattern> patterns;
    private final HttpHandler next;

    /** A rule; the first pattern that matches counts. */
    public PathRule(List<PathPattern> patterns, HttpHandler next) {
        this.patterns = patterns;
        this.next = next;
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        var path = RequestPath.of(exchange);
        if (RequestPath.isMalformed(path)) {
            Answer.line(exchange, 400, "The path is malformed.");
            return;
        }
        var match = RequestPath.isReserved(path) ? Optional.<PathPattern.Match>empty() : match(path);
        if (match.isPresent()) {
            exchange.putAttachment(PathPattern.Match.KEY, match.get());
            next.handleRequest(exchange);
        } else if (path.equals(ROBOTS)) {
            Answer.line(exchange, 200, "User-agent: *\nDisallow: /");
        } else {
            Answer.line(exchange, 404, "Not found.");
        }
    }

    private Optional<PathPattern.Match> match(String path) {
        return patterns.stream()
                .map(pattern -> pattern.match(path))
                .flatMap(Optional::stream)
                .findFirst();
    }
}
