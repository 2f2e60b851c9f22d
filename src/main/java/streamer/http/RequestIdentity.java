package streamer.http;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.HttpString;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import javax.net.ssl.SSLPeerUnverifiedException;
import streamer.http.request.Client;
import streamer.http.request.RefusedException;
import streamer.http.request.RequestPath;
import streamer.kept.KeptRequest;

/** Which requests are the same: by digests, as there may be secrets in what is compared. */
final class RequestIdentity {
    private static final HttpString IDEMPOTENCY_KEY = new HttpString("Idempotency-Key");
    private static final int MAX_KEY_BYTES = 255;

    /** Of a path, so that many of them stay small. */
    private static final int MOST_CHARS = 512;

    private RequestIdentity() {}

    /**
     * What a request asks for.
     *
     * @throws RefusedException if its {@code Idempotency-Key} is empty, too long, or given twice
     */
    static KeptRequest of(HttpServerExchange exchange) throws RefusedException {
        var client = client(exchange);
        var method = exchange.getRequestMethod().toString();
        var key = key(exchange);
        return new KeptRequest(
                method,
                path(exchange),
                key.isEmpty() ? "" : digest(client, key),
                digest(client, method, RequestPath.withQuery(exchange)));
    }

    /** The request's path, as far as it is kept. */
    static String path(HttpServerExchange exchange) {
        var path = RequestPath.of(exchange);
        return path.length() > MOST_CHARS ? path.substring(0, MOST_CHARS) : path;
    }

    private static String key(HttpServerExchange exchange) throws RefusedException {
        var keys = exchange.getRequestHeaders().get(IDEMPOTENCY_KEY);
        if (keys == null) {
            return "";
        }
        var key = keys.getFirst().strip();
        if (keys.size() > 1 || key.isEmpty() || key.length() > MAX_KEY_BYTES) {
            throw RefusedException.bad("An Idempotency-Key is one header, of 1 to " + MAX_KEY_BYTES + " bytes.");
        }
        return key;
    }

    private static String client(HttpServerExchange exchange) {
        var client = exchange.getAttachment(Client.KEY);
        var certificate = "";
        try {
            var session = exchange.getConnection().getSslSession();
            certificate = session == null ? "" : session.getPeerPrincipal().getName();
        } catch (SSLPeerUnverifiedException e) {
            // It has none.
        }
        return client == null ? digest("", "", certificate) : digest(client.scheme(), client.name(), certificate);
    }

    private static String digest(String... parts) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            for (var part : parts) {
                var bytes = part.getBytes(StandardCharsets.UTF_8);
                digest.update((bytes.length + ":").getBytes(StandardCharsets.UTF_8));
                digest.update(bytes);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // each Java has it
        }
    }
}
