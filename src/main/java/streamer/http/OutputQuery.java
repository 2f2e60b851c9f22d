package streamer.http;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.HttpString;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import streamer.http.request.RefusedException;

/**
 * Which part of a kept run's output is asked for.
 *
 * @param event the event that the client has had last; null if it names none
 * @param from the offset of the first byte; {@link #NONE} if it names none
 * @param tail how many of the last lines; {@link #NONE} if it names none
 * @param follows whether it goes on with what comes; else it ends after what is there
 */
record OutputQuery(@Nullable Event event, long from, long tail, boolean follows) {
    /** No number is given. */
    static final long NONE = -1;

    private static final HttpString LAST_EVENT_ID = new HttpString("Last-Event-ID");
    private static final Pattern EVENT = Pattern.compile("([0-9a-f]{32}):(\\d{1,18})(:end)?");
    private static final Pattern NUMBER = Pattern.compile("\\d{1,18}");

    /**
     * An event's id.
     *
     * @param run the id of its run; empty if it is none of ours
     * @param offset the offset after what it tells
     * @param isEnd whether it is the last one
     */
    record Event(String run, long offset, boolean isEnd) {
        private static Event of(String text) {
            var id = EVENT.matcher(text.strip());
            return id.matches()
                    ? new Event(id.group(1), Long.parseLong(id.group(2)), id.group(3) != null)
                    : new Event("", 0, true);
        }

        /** The one that a request names, in its header or its query (where clients cannot set headers). */
        static @Nullable Event of(HttpServerExchange exchange) {
            var header = exchange.getRequestHeaders().getFirst(LAST_EVENT_ID);
            if (header != null && !header.isBlank()) {
                return of(header);
            }
            for (var name : List.of("lastEventId", "lasteventid")) {
                var values = exchange.getQueryParameters().get(name);
                if (values != null) {
                    return of(values.getFirst());
                }
            }
            return null;
        }
    }

    /**
     * Reads a request.
     *
     * @throws RefusedException if its query is not understood
     */
    static OutputQuery of(HttpServerExchange exchange) throws RefusedException {
        var from = number(exchange, "from");
        var tail = number(exchange, "tail");
        var follow = number(exchange, "follow");
        if (from != NONE && tail != NONE) {
            throw RefusedException.bad("Either from or tail, not both.");
        }
        if (follow > 1) {
            throw RefusedException.bad("follow is 0 or 1.");
        }
        return new OutputQuery(Event.of(exchange), from, tail, follow != 0);
    }

    private static long number(HttpServerExchange exchange, String name) throws RefusedException {
        var values = exchange.getQueryParameters().get(name);
        if (values == null) {
            return NONE;
        }
        if (values.size() > 1 || !NUMBER.matcher(values.getFirst()).matches()) {
            throw RefusedException.bad(name + " is one number, of 1 to 18 digits.");
        }
        return Long.parseLong(values.getFirst());
    }
}
