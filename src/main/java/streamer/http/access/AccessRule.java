package streamer.http.access;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Stream;
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
        var credentials = usable(exchange)
                .filter(one -> parts.length == 2 && one.scheme().equalsIgnoreCase(parts[0]))
                .toList();
        if (credentials.isEmpty()) {
            refuse(exchange, false);
        } else {
            authenticate(exchange, credentials, parts[1].strip());
        }
    }

    private Stream<Credentials> usable(HttpServerExchange exchange) {
        return accepted.stream().filter(one -> one.isUsable(exchange));
    }

    /** Tries what has the scheme that was given: first what needs no check, of which there is one at most that does. */
    private void authenticate(HttpServerExchange exchange, List<Credentials> credentials, String given)
            throws Exception {
        for (var one : credentials) {
            var name = one.recall(given);
            if (name.isPresent()) {
                accept(exchange, one, name.get());
                return;
            }
        }
        var slow = credentials.stream().filter(Credentials::needsCheck).findFirst();
        if (slow.isEmpty()) {
            refuse(exchange, true);
        } else {
            exchange.dispatch(task -> check(exchange, task), again -> decide(again, slow.get(), given));
        }
    }

    private void check(HttpServerExchange exchange, Runnable task) {
        try {
            checks.execute(exchange.getSourceAddress(), task);
        } catch (OutOfMemoryError | RejectedExecutionException e) {
            Answer.later(exchange, Answer.RETRY_SOON_SECONDS, "Too many passwords to check.");
        }
    }

    private void decide(HttpServerExchange exchange, Credentials credentials, String given) throws Exception {
        var name = credentials.check(given);
        if (name.isEmpty()) {
            refuse(exchange, true);
        } else {
            accept(exchange, credentials, name.get());
        }
    }

    private void accept(HttpServerExchange exchange, Credentials credentials, String name) throws Exception {
        exchange.putAttachment(Client.KEY, credentials.client(name));
        next.handleRequest(exchange);
    }

    private void refuse(HttpServerExchange exchange, boolean wrong) {
        usable(exchange)
                .map(one -> one.challenge(wrong))
                .distinct()
                .forEach(challenge -> exchange.getResponseHeaders().add(Headers.WWW_AUTHENTICATE, challenge));
        Answer.line(
                exchange,
                401,
                wrong ? "These are not the right credentials." : "A token or a name and password are needed.");
    }
}
