package streamer.http;

import java.util.concurrent.TimeUnit;

/**
 * Log entry of a kept run's end, which has no response of its own.
 *
 * @param run the run, and how it ended
 * @param bytes the length of its output
 * @param millis how long it took, in milliseconds
 */
public record EndLine(AccessLine.RunPart run, long bytes, long millis) {
    private static final double MILLIS = TimeUnit.SECONDS.toMillis(1);

    /** How long it took, in seconds. */
    public double seconds() {
        return millis / MILLIS;
    }

    @Override
    public String toString() {
        return "run " + run.id() + ": " + run.outcome() + ", " + bytes + "B in " + millis + "ms";
    }
}
