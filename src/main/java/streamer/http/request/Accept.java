package streamer.http.request;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.util.List;

/** A request's {@code Accept} headers (RFC 9110, 12.5.1). */
public final class Accept {
    private Accept() {}

    /** The values of these headers; empty if there are none. */
    public static List<String> of(HttpServerExchange exchange) {
        var accept = exchange.getRequestHeaders().get(Headers.ACCEPT);
        return accept == null ? List.of() : accept;
    }
}
