package streamer.http.response;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Configuration of responses.
 *
 * @param contentType the media type of a plain stream
 * @param flush flushes and heartbeats
 * @param statusWait how long a plain stream may stay silent before its 200 is sent
 * @param onFailure how a plain stream ends whose run failed
 * @param hasPage whether a browser's navigation gets a page instead of a plain stream
 * @param writeTimeout a run is stopped whose client takes no byte for this long; null for none
 */
public record ResponseConfig(
        String contentType,
        FlushPolicy flush,
        Duration statusWait,
        OnFailure onFailure,
        boolean hasPage,
        @Nullable Duration writeTimeout) {
    /** How a plain stream ends whose run failed. */
    public enum OnFailure {
        /** Truncated, so that clients see an error. */
        ABORT,
        /** Cleanly; the ending is in the trailers. */
        END
    }

    /** The same but for flushes and heartbeats. */
    public ResponseConfig flushedAt(FlushPolicy other) {
        return new ResponseConfig(contentType, other, statusWait, onFailure, hasPage, writeTimeout);
    }
}
