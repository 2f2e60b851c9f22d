package streamer.redis;

import java.time.Duration;
import java.util.List;

/**
 * Configuration of a store of runs for several machines.
 *
 * @param url where it is
 * @param verify what is verified of it where the connection is encrypted
 * @param command the command and its arguments: requests are only equal where these are
 * @param keep how long a run is kept after its end
 * @param unwatched a run is stopped that nobody has watched for this long
 * @param runBytes how much is kept of the output of one run
 * @param totalBytes how much is kept of all
 */
public record RedisConfig(
        RedisUrl url,
        Verify verify,
        List<String> command,
        Duration keep,
        Duration unwatched,
        long runBytes,
        long totalBytes) {
    /** Defensive copy. */
    public RedisConfig {
        command = List.copyOf(command);
    }

    /** What is verified of a server. */
    public enum Verify {
        /** Its certificate, and that it is this host's. */
        FULL,
        /** Its certificate. */
        CA,
        /** Nothing. */
        NONE
    }
}
