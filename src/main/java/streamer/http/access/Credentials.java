package streamer.http.access;

import io.undertow.server.HttpServerExchange;
import java.util.Optional;
import streamer.http.request.Client;

/**
 * An authentication scheme (RFC 9110, 11) with the credentials that it accepts.
 *
 * <p>Threads: any.
 */
public interface Credentials {
    /** The scheme's name, as in {@code Authorization}. */
    String scheme();

    /**
     * The challenge in {@code WWW-Authenticate}.
     *
     * @param wrong whether the request had credentials, and wrong ones
     */
    String challenge(boolean wrong);

    /** Whether they may be sent the way that this request came. */
    default boolean isUsable(HttpServerExchange exchange) {
        return true;
    }

    /** Who has shown these credentials. */
    default Client client(String name) {
        return new Client(scheme(), name);
    }

    /** The client's name, which may be the empty string; absent if the credentials are wrong or not checked yet. */
    Optional<String> recall(String credentials);

    /** Whether credentials that {@link #recall} does not know have yet to be checked. */
    default boolean needsCheck() {
        return false;
    }

    /** The client's name; absent if the credentials are wrong. May take a second of CPU time. */
    default Optional<String> check(String credentials) {
        return recall(credentials);
    }
}
