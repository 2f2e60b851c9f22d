package streamer.http;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.AttachmentKey;
import java.util.Map;

/** Why a request was refused, in a word of which there are few, as metrics need it. */
final class RefusalReason {
    /** All runs are taken, and so is the queue. */
    static final String NO_SLOT = "no-slot";

    /** As many viewers as there may be. */
    static final String VIEWERS = "viewers";

    /** The server shuts down. */
    static final String DRAINING = "draining";

    private static final AttachmentKey<String> KEY = AttachmentKey.create(String.class);
    private static final String OTHER = "other";
    private static final Map<Integer, String> BY_STATUS = Map.ofEntries(
            Map.entry(400, "malformed"),
            Map.entry(401, "unauthorized"),
            Map.entry(403, "forbidden"),
            Map.entry(404, "not-found"),
            Map.entry(405, "method"),
            Map.entry(408, "slow"),
            Map.entry(409, "conflict"),
            Map.entry(410, "gone"),
            Map.entry(413, "too-large"),
            Map.entry(416, "range"),
            Map.entry(421, "host"),
            Map.entry(422, "key"),
            Map.entry(431, "too-large"),
            Map.entry(500, "failed"),
            Map.entry(503, "unavailable"),
            Map.entry(507, "no-space"));

    private RefusalReason() {}

    /** Says it more exactly than the status does. */
    static void put(HttpServerExchange exchange, String reason) {
        exchange.putAttachment(KEY, reason);
    }

    /** The reason for which a request was refused. */
    static String of(HttpServerExchange exchange) {
        var exact = exchange.getAttachment(KEY);
        return exact == null ? BY_STATUS.getOrDefault(exchange.getStatusCode(), OTHER) : exact;
    }
}
