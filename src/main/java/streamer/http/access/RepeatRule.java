package streamer.http.access;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HttpString;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import streamer.http.response.Answer;

/** Refuses requests that a browser makes by itself: reconnects of an EventSource, and prefetches. */
public final class RepeatRule implements HttpHandler {
    private static final HttpString LAST_EVENT_ID = new HttpString("Last-Event-ID");
    private static final HttpString SEC_PURPOSE = new HttpString("Sec-Purpose");
    private static final HttpString PURPOSE = new HttpString("Purpose");
    private static final HttpString X_MOZ = new HttpString("X-Moz");

    private final HttpHandler next;

    /** A rule. */
    public RepeatRule(HttpHandler next) {
        this.next = next;
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        var headers = exchange.getRequestHeaders();
        var lastEvent = headers.getFirst(LAST_EVENT_ID);
        if (lastEvent != null && !lastEvent.isBlank()) {
            Answer.empty(exchange, 204); // an EventSource does not reconnect after 204 (HTML Living Standard, 9.2)
        } else if (isPrefetch(headers.getFirst(SEC_PURPOSE))
                || isPrefetch(headers.getFirst(PURPOSE))
                || isPrefetch(headers.getFirst(X_MOZ))) {
            Answer.line(exchange, 503, "Not run for a prefetch."); // not a 2xx, which would be used for the later visit
        } else {
            next.handleRequest(exchange);
        }
    }

    private static boolean isPrefetch(@Nullable String purpose) {
        return purpose != null
                && purpose.split("[;,]", 2)[0].strip().toLowerCase(Locale.ROOT).equals("prefetch");
    }
}
