package streamer.probe;

import java.time.Duration;
import java.util.List;

/**
 * How a probe asks.
 *
 * @param headers further fields of each request
 * @param isTrusting whether any certificate is accepted
 * @param timeout for connecting, and for an answer to come or go on
 */
public record Settings(List<Head.Field> headers, boolean isTrusting, Duration timeout) {
    /** Settings. */
    public Settings {
        headers = List.copyOf(headers);
    }
}
