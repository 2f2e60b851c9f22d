package streamer.http.access;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.AttachmentKey;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import streamer.http.request.PathPattern;
import streamer.http.request.RequestPath;
import streamer.http.response.Answer;

/** Which paths run the command. Crawlers and browsers ask for everything else: favicons, robots.txt, what comes to mind. */
public final class PathRule implements HttpHandler {
    public static final AttachmentKey<PathPattern.Match> MATCH = AttachmentKey.create(PathPattern.Match.class);
    /** Parts that a command which takes the path for a file's would follow elsewhere, and control characters. */
    private static final Pattern STRANGE = Pattern.compile("(^|/)\\.\\.?(/|$)|\\p{Cntrl}");

    private static final String ROBOTS = "/robots.txt";

    private final List<PathPattern> patterns;
    private final HttpHandler next;

    public PathRule(List<PathPattern> patterns, HttpHandler next) {
        this.patterns = patterns;
        this.next = next;
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        var path = RequestPath.of(exchange);
        if (STRANGE.matcher(path).find()) {
            Answer.line(exchange, 400, "The path is malformed.");
            return;
        }
        var isReserved = path.equals("/favicon.ico") || path.startsWith("/-/");
        var match = isReserved ? Optional.<PathPattern.Match>empty() : match(path);
        if (match.isPresent()) {
            exchange.putAttachment(MATCH, match.get());
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
