package streamer.http.access;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import streamer.http.request.Client;
import streamer.http.response.Answer;

/**
 * HTTP authentication (RFC 9110, 11): a request needs one of the accepted credentials, if there are any.
 *
 * <p>Threads: any; passwords are checked on one of {@link PasswordChecks}.
 */
public final class AccessRule implements HttpHandler {
    private final List<Credentials> accepted;
    private final HttpHandler next;
    private final PasswordChecks checks = new PasswordChecks();

    /** A rule; {@code accepted} may be empty. */
    public AccessRule(List<Credentials> accepted, HttpHandler next) {
        this.accepted = accepted;
        this.next = next;
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        if (accepted.isEmpty()) {
            next.handleRequest(exchange);
            return;
        }
        var headers = exchange.getRequestHeaders();
        var given = headers.count(Headers.AUTHORIZATION) == 1 ? headers.getFirst(Headers.AUTHORIZATION) : "";
        var parts = given.split(" +", 2);
        var credentials = accepted.stream()
                .filter(one -> parts.length == 2 && one.scheme().equalsIgnoreCase(parts[0]))
                .findFirst();
        if (credentials.isEmpty()) {
            refuse(exchange, false);
        } else {
            authenticate(exchange, credentials.get(), parts[1].strip());
        }
    }

    private void authenticate(HttpServerExchange exchange, Credentials credentials, String given) throws Exception {
        var name = credentials.recall(given);
        if (name.isPresent() || !credentials.needsCheck()) {
            decide(exchange, credentials, name);
        } else {
            exchange.dispatch(
                    task -> check(exchange, task), again -> decide(again, credentials, credentials.check(given)));
        }
    }

    private void check(HttpServerExchange exchange, Runnable task) {
        try {
            checks.execute(exchange.getSourceAddress(), task);
        } catch (OutOfMemoryError | RejectedExecutionException e) {
            Answer.later(exchange, Answer.RETRY_SOON_SECONDS, "Too many passwords to check.");
        }
    }

    private void decide(HttpServerExchange exchange, Credentials credentials, Optional<String> name) throws Exception {
        if (name.isEmpty()) {
            refuse(exchange, true);
        } else {
            exchange.putAttachment(Client.KEY, new Client(credentials.scheme(), name.get()));
            next.handleRequest(exchange);
        }
    }

    private void refuse(HttpServerExchange exchange, boolean wrong) {
        for (var one : accepted) {
            exchange.getResponseHeaders().add(Headers.WWW_AUTHENTICATE, one.challenge(wrong));
        }
        Answer.line(
                exchange,
                401,
                wrong ? "These are not the right credentials." : "A token or a name and password are needed.");
    }
}
