package streamer.http.response;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The response.
 *
 * @param contentType the type of a plain stream
 * @param flush when bytes leave
 * @param statusWait how long a plain stream may stay silent before its 200 is sent
 * @param onFailure how a plain stream ends whose command failed
 * @param writeTimeout a client that takes no byte for this long of what it is sent is given up; null for none
 */
public record ResponseConfig(
        String contentType,
        FlushPolicy flush,
        Duration statusWait,
        OnFailure onFailure,
        @Nullable Duration writeTimeout) {
    /** The end of a plain stream whose command failed: broken off, or clean with the truth in the trailers. */
    public enum OnFailure {
        ABORT,
        END
    }
}
