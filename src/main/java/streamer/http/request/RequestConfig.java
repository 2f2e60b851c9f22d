package streamer.http.request;

import java.time.Duration;

/**
 * Configuration of request bodies.
 *
 * @param maxBytes a larger body is refused
 * @param maxSpoolBytes how large the files of all uploads together may be at one time
 * @param uploads how a form with files is passed to the command
 * @param pace how fast a body must come
 * @param stalledAfter a run is stopped whose client takes no output for this long while its body still comes
 */
public record RequestConfig(long maxBytes, long maxSpoolBytes, UploadMode uploads, Pace pace, Duration stalledAfter) {
    /**
     * Minimum rate of a body, by the time that was spent waiting for it.
     *
     * @param grace the waiting time that is not counted
     * @param bytesPerSecond how many bytes must come for each further second of waiting; 0 for no limit
     */
    public record Pace(Duration grace, long bytesPerSecond) {
        /** How long a body may have been waited for, in nanoseconds, after this many bytes. */
        long allowedNanos(long bytes) {
            return bytesPerSecond == 0 ? Long.MAX_VALUE : (long) (grace.toNanos() + 1e9 * bytes / bytesPerSecond);
        }
    }

    /** How a form with files is passed to the command. */
    public enum UploadMode {
        /** As temporary files and variables. */
        FILES,
        /** As it is, on standard input. */
        RAW
    }
}
