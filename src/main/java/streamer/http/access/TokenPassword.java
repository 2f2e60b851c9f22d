package streamer.http.access;

import io.undertow.server.HttpServerExchange;
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
        return Basic.SCHEME;
    }

    @Override
    public String challenge(boolean wrong) {
        return Basic.CHALLENGE;
    }

    @Override
    public boolean isUsable(HttpServerExchange exchange) {
        return exchange.getRequestScheme().equals("https") || HostRule.isLocal(exchange);
    }

    @Override
    public Optional<String> recall(String credentials) {
        var text = Basic.decode(credentials);
        return token.recall(text.substring(text.indexOf(':') + 1));
    }

    @Override
    public Client client(String name) {
        return token.client(name);
    }
}
