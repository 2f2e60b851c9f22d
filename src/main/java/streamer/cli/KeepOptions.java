package streamer.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import streamer.kept.KeepConfig;
import streamer.redis.RedisConfig;
import streamer.redis.RedisUrl;

/** The flags of kept runs. */
final class KeepOptions {
    private static final long MIN_BYTES = 64 * 1024;

    @Option(
            names = "--keep",
            paramLabel = "TIME",
            converter = TimeConverter.class,
            description = "Keep runs: they outlive their clients, and their output can be read again, by many, until"
                    + " this long after their end. Default: no run is kept.")
    private @Nullable Duration time;

    @Option(
            names = "--unwatched",
            paramLabel = "TIME",
            converter = TimeConverter.class,
            description = "Stop a kept run that nobody has watched for this long, unless its client has asked for no"
                    + " stream. Default: what --keep says.")
    private @Nullable Duration unwatched;

    @Option(
            names = "--keep-bytes",
            paramLabel = "SIZE",
            converter = SizeConverter.class,
            description = "What is kept of one run's output, at least 64k; beyond it the oldest goes. Default: 64m.")
    private @Nullable Long runBytes;

    @Option(
            names = "--keep-total",
            paramLabel = "SIZE",
            converter = SizeConverter.class,
            description = "What is kept of all, at least 64k; beyond it the runs that ended first go. Default: 1g.")
    private @Nullable Long totalBytes;

    @Option(
            names = "--keep-dir",
            paramLabel = "DIR",
            description = "Where kept runs are, also after a restart. Default: a private temporary directory, which is"
                    + " gone when streamer ends.")
    private @Nullable Path directory;

    @Option(names = "--share", description = "A GET joins the kept run that goes on for the same path, query and user.")
    private boolean isShared;

    @Option(
            names = "--store",
            paramLabel = "URL",
            converter = StoreConverter.class,
            description = "Keep runs for several machines, in Redis (or Valkey) 6.2 or newer: redis[s]://HOST[:PORT],"
                    + " with a password best from STREAMER_STORE.")
    private @Nullable RedisUrl store;

    @Option(
            names = "--store-verify",
            paramLabel = "full|ca|none",
            description = "What is verified of a rediss:// server: its certificate and its host's name, only its"
                    + " certificate, or nothing. Default: full.")
    private RedisConfig.@Nullable Verify verify;

    /**
     * The value of these flags; null if no run is kept.
     *
     * @throws UsageException if one of them is out of range, or useless without --keep
     */
    @Nullable
    KeepConfig toConfig() {
        if (time == null) {
            checkUnused("--unwatched", unwatched);
            checkUnused("--keep-bytes", runBytes);
            checkUnused("--keep-total", totalBytes);
            checkUnused("--keep-dir", directory);
            checkUnused("--share", isShared ? true : null);
            checkUnused("--store", store);
            checkUnused("--store-verify", verify);
            return null;
        }
        TimeConverter.positive("--keep", time);
        TimeConverter.positive("--unwatched", unwatched);
        return new KeepConfig(
                time,
                unwatched == null ? time : unwatched,
                bytes("--keep-bytes", runBytes, 64L << 20),
                bytes("--keep-total", totalBytes, 1L << 30),
                directory,
                isShared);
    }

    /**
     * Where several machines keep their runs together; null if this is the only one.
     *
     * @param kept how runs are kept; null if none are
     * @param command the command and its arguments
     * @throws UsageException if one of the flags is useless without another
     */
    @Nullable
    RedisConfig toStore(@Nullable KeepConfig kept, List<String> command) {
        if (verify != null && (store == null || !store.isTls())) {
            throw new UsageException("--store-verify: needs a --store that begins with rediss://");
        }
        return kept == null || store == null
                ? null
                : new RedisConfig(
                        store,
                        verify == null ? RedisConfig.Verify.FULL : verify,
                        command,
                        kept.time(),
                        kept.unwatched(),
                        Math.min(kept.runBytes(), kept.totalBytes()),
                        kept.totalBytes());
    }

    private static void checkUnused(String flag, @Nullable Object value) {
        if (value != null) {
            throw new UsageException(flag + ": needs --keep, which keeps runs");
        }
    }

    private static long bytes(String flag, @Nullable Long value, long otherwise) {
        if (value == null) {
            return otherwise;
        }
        if (value < MIN_BYTES) {
            throw new UsageException(flag + ": must be at least 64k");
        }
        return value;
    }
}
