package streamer.http;

import io.undertow.server.HttpServerExchange;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import streamer.http.request.RefusedException;
import streamer.time.TimeText;

/**
 * Which lines a probe asks for. What is not named has its default; parameters of other names are ignored, so that a
 * request can be made one that no cache has seen.
 *
 * @param lines how many; 0 for the time alone, which is no stream
 * @param every the time between two of them
 * @param pad how many bytes each is longer than its number and its time
 * @param hasAccel whether the head has {@code X-Accel-Buffering: no}, as that of every stream
 */
record ProbeQuery(int lines, Duration every, int pad, boolean hasAccel) {
    private static final int MOST_LINES = 1_000;
    private static final int MOST_PAD = 4 * 1024;
    private static final Duration LEAST_TIME = Duration.ofMillis(10);
    private static final Duration MOST_TIME = Duration.ofSeconds(60);
    private static final Duration LONGEST = Duration.ofMinutes(2);
    private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");

    /**
     * Reads a request.
     *
     * @throws RefusedException if its query is not understood
     */
    static ProbeQuery of(HttpServerExchange exchange) throws RefusedException {
        var query = new ProbeQuery(
                number(exchange, "n", 50, 0, MOST_LINES),
                every(exchange),
                number(exchange, "pad", 20, 0, MOST_PAD),
                number(exchange, "accel", 1, 0, 1) == 1);
        if (query.every.multipliedBy(query.lines).compareTo(LONGEST) > 0) {
            throw RefusedException.bad("n times every is 2m at most.");
        }
        return query;
    }

    private static int number(HttpServerExchange exchange, String name, int byDefault, int least, int most)
            throws RefusedException {
        var value = value(exchange, name);
        if (value == null) {
            return byDefault;
        }
        var number = NUMBER.matcher(value).matches() ? Integer.parseInt(value) : -1;
        if (number < least || number > most) {
            throw RefusedException.bad(name + " is one number from " + least + " to " + most + ".");
        }
        return number;
    }

    private static Duration every(HttpServerExchange exchange) throws RefusedException {
        var value = value(exchange, "every");
        return Optional.of(value == null ? "100ms" : value)
                .flatMap(TimeText::parse)
                .filter(time -> time.compareTo(LEAST_TIME) >= 0 && time.compareTo(MOST_TIME) <= 0)
                .orElseThrow(() -> RefusedException.bad("every is one time from 10ms to 60s, like 100ms."));
    }

    /** The value of a parameter; null if it is not named, and empty, which is never a value, if it is more than once. */
    private static @Nullable String value(HttpServerExchange exchange, String name) {
        var values = exchange.getQueryParameters().get(name);
        if (values == null) {
            return null;
        }
        return values.size() == 1 ? values.getFirst() : "";
    }
}
