package streamer.http.access;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import streamer.http.response.Answer;

/**
 * Refuses requests that a client makes by itself: reconnects of an EventSource, resumed downloads, and prefetches. None
 * of them may run the command again.
 */
public final class RepeatRule implements HttpHandler {
    private static final HttpString LAST_EVENT_ID = new HttpString("Last-Event-ID");
    /** The last event's id in the query, where clients cannot set headers: an id of ours, or it is the command's own. */
    private static final Pattern LAST_EVENT_IN_QUERY = Pattern.compile(
            "(?:^|&)(?:lastEventId|lasteventid)=[0-9a-f]{32}(?::|%3[Aa])\\d+(?:(?::|%3[Aa])end)?(?:&|$)");

    private static final HttpString SEC_PURPOSE = new HttpString("Sec-Purpose");
    private static final HttpString PURPOSE = new HttpString("Purpose");
    private static final HttpString X_MOZ = new HttpString("X-Moz");
    private static final String WHOLE = "bytes=0-";

    private final HttpHandler reconnects;
    private final String resumeHint;
    private final HttpHandler next;

    /**
     * A rule.
     *
     * @param reconnects answers the reconnects of an EventSource
     * @param resumeHint tells who resumes a download what can be done instead
     */
    public RepeatRule(HttpHandler reconnects, String resumeHint, HttpHandler next) {
        this.reconnects = reconnects;
        this.resumeHint = resumeHint;
        this.next = next;
    }

    /** Answers a reconnect by 204, after which an EventSource gives up (HTML Living Standard, 9.2). */
    public static void refuseReconnect(HttpServerExchange exchange) {
        Answer.empty(exchange, 204, "A reconnect runs nothing.");
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        var headers = exchange.getRequestHeaders();
        if (isReconnect(exchange)) {
            reconnects.handleRequest(exchange);
        } else if (isPrefetch(exchange)) {
            Answer.line(exchange, 503, "Not run for a prefetch."); // not a 2xx, which would be used for the later visit
        } else if (isResume(headers)) {
            Answer.line(exchange, 409, "A request with a Range runs nothing; " + resumeHint);
        } else {
            next.handleRequest(exchange);
        }
    }

    private static boolean isReconnect(HttpServerExchange exchange) {
        var lastEvent = exchange.getRequestHeaders().getFirst(LAST_EVENT_ID);
        return (lastEvent != null && !lastEvent.isBlank())
                || LAST_EVENT_IN_QUERY.matcher(exchange.getQueryString()).find();
    }

    /** Whether it asks for a part: not a 416, which some clients take for the end of a complete download. */
    private static boolean isResume(HeaderMap headers) {
        return headers.contains(Headers.RANGE)
                && headers.get(Headers.RANGE).stream()
                        .anyMatch(range -> !range.strip().equalsIgnoreCase(WHOLE));
    }

    /** Whether a browser asks for what may be wanted later. */
    public static boolean isPrefetch(HttpServerExchange exchange) {
        var headers = exchange.getRequestHeaders();
        return isPrefetch(headers.getFirst(SEC_PURPOSE))
                || isPrefetch(headers.getFirst(PURPOSE))
                || isPrefetch(headers.getFirst(X_MOZ));
    }

    private static boolean isPrefetch(@Nullable String purpose) {
        return purpose != null
                && purpose.split("[;,]", 2)[0].strip().toLowerCase(Locale.ROOT).equals("prefetch");
    }
}
