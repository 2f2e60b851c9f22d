package streamer.http.access;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/** Trusted proxies: applies the client address, scheme and host of their {@link Forwarded} headers to the request. */
public final class ProxyRule implements HttpHandler {
    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;

    private final List<Cidr> trusted;
    private final HttpHandler next;

    /** A rule; {@code trusted} may be empty. */
    public ProxyRule(List<Cidr> trusted, HttpHandler next) {
        this.trusted = trusted;
        this.next = next;
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        var isSecure = exchange.getConnection().getSslSession() != null;
        exchange.setRequestScheme(isSecure ? "https" : "http"); // on HTTP/2 the client's :scheme, which may be forged
        var peer = exchange.getSourceAddress().getAddress();
        if (peer != null && isTrusted(peer)) {
            apply(exchange, Forwarded.of(exchange.getRequestHeaders(), this::isTrusted));
        }
        next.handleRequest(exchange);
    }

    private boolean isTrusted(InetAddress address) {
        return trusted.stream().anyMatch(block -> block.contains(address));
    }

    private static void apply(HttpServerExchange exchange, Forwarded forwarded) {
        var client = forwarded.client();
        if (client != null) {
            exchange.setSourceAddress(client);
        }
        var scheme = forwarded.scheme();
        if (scheme != null) {
            exchange.setRequestScheme(scheme);
        }
        var host = forwarded.host();
        if (host != null && !host.isEmpty()) {
            exchange.getRequestHeaders().put(Headers.HOST, host);
            var port = exchange.getRequestScheme().equals("https") ? HTTPS_PORT : HTTP_PORT;
            Authority.parse(host)
                    .ifPresent(named -> exchange.setDestinationAddress(InetSocketAddress.createUnresolved(
                            named.host(), named.port().orElse(port))));
        }
    }
}
