package streamer.http.request;

import io.undertow.server.HttpServerExchange;
import java.util.regex.Pattern;

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
        try {
            return WireText.decoded(uri.replace("+", "%2B"));
        } catch (IllegalArgumentException e) {
            return uri; // malformed percent-encoding
        }
    }

    /** Path and query as they were sent. */
    static String withQuery(HttpServerExchange exchange) {
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
