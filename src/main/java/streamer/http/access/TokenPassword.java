package streamer.http.access;

import io.undertow.server.HttpServerExchange;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import streamer.http.request.Client;

/**
 * The token as the password of Basic authentication (RFC 7617), with any name: so a browser can ask a person for it.
 * Only where nobody can listen, since a browser sends it again with each request.
 */
public final class TokenPassword implements Credentials {
    private final BearerToken token;

    /** This token, as a password. */
    public TokenPassword(BearerToken token) {
        this.token = token;
    }

    @Override
    public String scheme() {
        return "Basic";
    }

    @Override
    public String challenge(boolean wrong) {
        return "Basic realm=\"streamer\", charset=\"UTF-8\"";
    }

    @Override
    public boolean isUsable(HttpServerExchange exchange) {
        var client = exchange.getSourceAddress().getAddress();
        return exchange.getRequestScheme().equals("https")
                || (client != null && client.isLoopbackAddress() && HostRule.isOnLoopback(exchange));
    }

    @Override
    public Optional<String> recall(String credentials) {
        try {
            var text = new String(Base64.getDecoder().decode(credentials), StandardCharsets.UTF_8);
            return token.recall(text.substring(text.indexOf(':') + 1));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    @Override
    public Client client(String name) {
        return token.client(name);
    }
}
