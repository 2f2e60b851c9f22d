package streamer.http.request;

import java.time.Duration;

/**
 * The request's body.
 *
 * @param maxBytes a larger one is refused
 * @param maxSpoolBytes what the files of all uploads may hold at one time
 * @param uploads how a form with files is handed on
 * @param pace how fast it must come
 * @param stalledAfter a response that takes no byte for this long while its request's body still comes is broken off
 */
public record RequestConfig(long maxBytes, long maxSpoolBytes, UploadMode uploads, Pace pace, Duration stalledAfter) {
    /**
     * How fast a body must come, by the time that was spent waiting for it.
     *
     * @param grace so much waiting is free
     * @param bytesPerSecond what must come for each second beyond; 0 for no such limit
     */
    public record Pace(Duration grace, long bytesPerSecond) {
        /** For how long a body may have been waited for, in nanoseconds, that has brought so many bytes. */
        long allowedNanos(long bytes) {
            return bytesPerSecond == 0 ? Long.MAX_VALUE : (long) (grace.toNanos() + 1e9 * bytes / bytesPerSecond);
        }
    }

    /** A form with files: its files are kept first and handed on by name, or it is handed on as it is. */
    public enum UploadMode {
        FILES,
        RAW
    }
}
