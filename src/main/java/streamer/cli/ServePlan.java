package streamer.cli;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import streamer.http.ServerConfig;
import streamer.kept.KeepConfig;
import streamer.kept.KeptRuns;
import streamer.process.RunSpec;
import streamer.redis.RedisConfig;
import streamer.redis.RedisMachines;
import streamer.run.Runs;

/**
 * The value of all flags of {@link ServeCommand}.
 *
 * @param http how runs are served over HTTP
 * @param run what a run executes
 * @param maxRuns how many runs may execute at one time
 * @param queue how many more may wait in the queue
 * @param killAfter the time between TERM and KILL when a run is stopped
 * @param drain how long runs may go on at shutdown before they are stopped
 * @param keep how runs are kept; null if none are
 * @param store where several machines have their kept runs together; null if there is only one
 */
record ServePlan(
        ServerConfig http,
        RunSpec run,
        int maxRuns,
        int queue,
        Duration killAfter,
        Duration drain,
        @Nullable KeepConfig keep,
        @Nullable RedisConfig store) {
    /** New {@link Runs} with these limits; to be closed. */
    Runs runs() {
        return new Runs(maxRuns, queue, killAfter);
    }

    /**
     * New {@link KeptRuns}, to be closed; null if none are kept.
     *
     * @throws IOException if the directory, or the store, cannot be used
     */
    @Nullable
    KeptRuns kept() throws IOException {
        return keep == null ? null : KeptRuns.open(keep, store == null ? null : RedisMachines.open(store));
    }
}
