package streamer.http.access;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.net.InetSocketAddress;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import streamer.http.response.Answer;

/**
 * DNS rebinding: on a connection to a loopback address only loopback names and those allowed are answered; else a web
 * page could resolve its own name to this machine and read the responses. Also checks that a request has one valid
 * {@code Host}.
 */
public final class HostRule implements HttpHandler {
    private static final String HTTPS = "https:";

    private final Set<String> allowed;
    private final HttpHandler next;

    /**
     * A rule.
     *
     * @param allowed further host names for connections on loopback, normalized as by {@link Authority}
     */
    public HostRule(Set<String> allowed, HttpHandler next) {
        this.allowed = allowed;
        this.next = next;
    }

    /** Whether the connection's local address is a loopback address. */
    static boolean isOnLoopback(HttpServerExchange exchange) {
        var address = exchange.getConnection().getLocalAddress(InetSocketAddress.class);
        return address != null && address.getAddress().isLoopbackAddress();
    }

    /** Whether nobody between here and the client can listen: it is on this machine, as is the address it asks. */
    static boolean isLocal(HttpServerExchange exchange) {
        var client = exchange.getSourceAddress().getAddress();
        return isOnLoopback(exchange) && client != null && client.isLoopbackAddress();
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        var headers = exchange.getRequestHeaders();
        if (headers.count(Headers.HOST) > 1 || (!headers.contains(Headers.HOST) && !exchange.isHttp10())) {
            Answer.line(exchange, 400, "A request names one Host."); // RFC 9112, 3.2
            return;
        }
        if (isForTls(exchange)) {
            Answer.line(exchange, 421, "This port speaks http, not https.");
            return;
        }
        var text = text(exchange);
        if (text == null) { // HTTP/1.0; no browser sends that
            next.handleRequest(exchange);
            return;
        }
        var authority = Authority.parse(text);
        if (authority.isEmpty()) {
            Answer.line(exchange, 400, "The Host is malformed.");
        } else if (isOnLoopback(exchange) && !isAllowed(authority.get())) {
            var host = authority.get().host();
            Answer.line(exchange, 421, "Not known here by the name " + host + "; --allow-host " + host + " allows it.");
        } else {
            headers.put(Headers.HOST, text);
            next.handleRequest(exchange);
        }
    }

    private boolean isAllowed(Authority authority) {
        return authority.isLoopback() || allowed.contains(authority.host());
    }

    /** Whether the target is one of https (absolute form), and the connection is not (RFC 9110, 7.4). */
    private static boolean isForTls(HttpServerExchange exchange) {
        return exchange.isHostIncludedInRequestURI()
                && exchange.getRequestURI().regionMatches(true, 0, HTTPS, 0, HTTPS.length())
                && exchange.getConnection().getSslSession() == null;
    }

    /** The host of an absolute-form target (RFC 9112, 3.2.2), else the {@code Host} header; null if there is none. */
    private static @Nullable String text(HttpServerExchange exchange) {
        if (!exchange.isHostIncludedInRequestURI()) {
            return exchange.getRequestHeaders().getFirst(Headers.HOST);
        }
        return exchange.getRequestURI().replaceFirst("^[^/]*://", "").replaceFirst("[/?#].*", "");
    }
}
