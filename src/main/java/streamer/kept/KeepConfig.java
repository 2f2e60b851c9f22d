package streamer.kept;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Configuration of kept runs.
 *
 * @param time how long a run is kept after its end
 * @param unwatched a run is stopped that nobody has watched for this long
 * @param runBytes how much is kept of the output of one run
 * @param totalBytes how much is kept of all
 * @param directory where; null for a private temporary directory, which is gone with this process
 * @param isShared whether equal requests share a run
 */
public record KeepConfig(
        Duration time,
        Duration unwatched,
        long runBytes,
        long totalBytes,
        @Nullable Path directory,
        boolean isShared) {}
