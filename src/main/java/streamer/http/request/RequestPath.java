package streamer.http.request;

import io.undertow.server.HttpServerExchange;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A request's path as RFC 3875 defines it: decoded, with its parameters ({@code ;x=1}), which Undertow removes. */
public final class RequestPath {
    /**
     * Path traversal: dot segments (RFC 3986, 3.3), for commands that use the path as a file name; and control
     * characters.
     */
    private static final Pattern STRANGE = Pattern.compile("(^|/)\\.\\.?(/|$)|\\p{Cntrl}");

    private RequestPath() {}

    /** Whether a request with this path is refused. */
    public static boolean isMalformed(String path) {
        return STRANGE.matcher(path).find();
    }

    /** Whether it is one of streamer's own paths, or one that browsers ask for by themselves. */
    public static boolean isReserved(String path) {
        return path.equals("/favicon.ico") || path.startsWith("/-/");
    }

    /** The path; as it was sent if it is not well encoded. */
    public static String of(HttpServerExchange exchange) {
        var uri = encoded(exchange);
        var path = decoded(uri);
        return path == null ? uri : path;
    }

    /** Whether the path's percent-encoding is well-formed (RFC 3986, 2.1); HTTP/2 lets it through. */
    public static boolean isWellEncoded(HttpServerExchange exchange) {
        return decoded(encoded(exchange)) != null;
    }

    private static @Nullable String decoded(String uri) {
        try {
            return WireText.decoded(uri.replace("+", "%2B"));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** Path and query as they were sent. */
    public static String withQuery(HttpServerExchange exchange) {
        var query = exchange.getQueryString();
        return query.isEmpty() ? encoded(exchange) : encoded(exchange) + "?" + query;
    }

    private static String encoded(HttpServerExchange exchange) {
        var uri = exchange.getRequestURI();
        if (!exchange.isHostIncludedInRequestURI()) {
            return uri;
        }
        var path = uri.indexOf('/', uri.indexOf("://") + "://".length());
        return path < 0 ? "/" : uri.substring(path);
    }
}
