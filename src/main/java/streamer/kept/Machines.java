package streamer.kept;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import streamer.metrics.Metrics;

/**
 * All machines that serve the same runs: tells the others of this one's, and this one of theirs.
 *
 * <p>Futures fail with an {@link UnavailableException}. They are completed on a thread that must not wait.
 *
 * <p>Threads: any.
 */
public interface Machines extends AutoCloseable {
    /** Adds what there is to be counted. */
    void count(Metrics metrics);

    /** This machine's name, as people call it. */
    String name();

    /** From now on others know this run, and what it writes, until its time is over. */
    void publish(KeptRun run);

    /** A run that was published is not kept here any more. */
    void withdraw(KeptRun run);

    /** Removes a run that has ended, on all machines. */
    CompletableFuture<Void> forget(String id);

    /** What is known of a run; empty if it is none, or none that is kept. */
    CompletableFuture<Optional<RemoteRun>> find(String id);

    /** All that are kept, the newest first. */
    CompletableFuture<List<RemoteRun>> list();

    /** Has the machine that a run is on stop it. */
    CompletableFuture<Void> stop(RemoteRun run);

    /** Says that a run goes on though nobody watches it. */
    CompletableFuture<Void> detach(String id);

    /** For how long a run may go on that is watched on another machine, or was; zero or less if it was not. */
    CompletableFuture<Duration> watched(KeptRun run);

    /**
     * The run that a request joins, by its key, or else by its digest: empty if there is none. One that is shared, by
     * its digest, is one that goes on.
     */
    CompletableFuture<Optional<String>> joined(KeptRequest request);

    /** The run that equal requests join from now on: this one, or that which was there first. */
    CompletableFuture<String> claim(String id, KeptRequest request);

    /** Equal requests do not join this run any more. */
    void free(KeptRun run);

    /** Copies a run's output to its mirror, as it comes; the future is completed when all is there that was by now. */
    CompletableFuture<Void> follow(RemoteRun run, Mirror mirror);

    /** Ends all that, when others know how the runs that were here have ended; waits for that, but not for long. */
    @Override
    void close();
}
