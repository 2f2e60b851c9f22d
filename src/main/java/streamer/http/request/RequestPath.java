package streamer.http.request;

import io.undertow.server.HttpServerExchange;

/** A request's path as RFC 3875 defines it: decoded, with its parameters ({@code ;x=1}), which Undertow removes. */
public final class RequestPath {
    private RequestPath() {}

    /** The path; as it was sent if it is not well encoded. */
    public static String of(HttpServerExchange exchange) {
        var uri = exchange.getRequestURI();
        if (exchange.isHostIncludedInRequestURI()) {
            var path = uri.indexOf('/', uri.indexOf("://") + "://".length());
            uri = path < 0 ? "/" : uri.substring(path);
        }
        try {
            return CgiEnvironment.decoded(uri.replace("+", "%2B"));
        } catch (IllegalArgumentException e) {
            return uri; // malformed percent-encoding
        }
    }
}
