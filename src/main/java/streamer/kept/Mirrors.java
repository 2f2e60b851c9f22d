package streamer.kept;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import streamer.time.Pulse;

/**
 * Copies of other machines' runs that somebody watches here, or did a moment ago.
 *
 * <p>Threads: any.
 */
final class Mirrors {
    private static final Logger LOG = System.getLogger(Mirrors.class.getName());

    /** A copy is dropped that nobody has watched for this long. */
    private static final long UNUSED_NANOS = Duration.ofSeconds(30).toNanos();

    /** Or for this long, where room is needed. */
    private static final long JUST_USED_NANOS = Duration.ofSeconds(2).toNanos();

    private final Function<String, OutputLog> logs;
    private final Pulse pulse;
    private final Map<String, Mirror> mirrors = new HashMap<>();

    /**
     * None yet.
     *
     * @param logs makes a log for the run of an id
     */
    Mirrors(Function<String, OutputLog> logs, Pulse pulse) {
        this.logs = logs;
        this.pulse = pulse;
    }

    /** The copy of a run, which somebody is about to watch; without anything yet, if it is new. */
    synchronized Mirror use(RemoteRun run) {
        var mirror = mirrors.computeIfAbsent(run.id(), id -> add(run));
        mirror.use();
        return mirror;
    }

    private Mirror add(RemoteRun of) {
        var run = new KeptRun(of.id(), of.request(), null, logs.apply(of.id()), Duration.ZERO, pulse, on(of.machine()));
        return new Mirror(run, one -> dropUnused(one, UNUSED_NANOS));
    }

    /** Nobody here stops it. */
    private static KeptRun.Holder on(String machine) {
        return new KeptRun.Holder() {
            @Override
            public String machine() {
                return machine;
            }

            @Override
            public void ended(KeptRun run) {}

            @Override
            public void forget(KeptRun run) {}

            @Override
            public void unwatched(KeptRun run) {}
        };
    }

    /** Drops one that has ended, if nobody watches it; false if there is none. */
    boolean evict() {
        return all().stream().filter(Mirror::hasEnded).anyMatch(mirror -> dropUnused(mirror, JUST_USED_NANOS));
    }

    private synchronized List<Mirror> all() {
        return List.copyOf(mirrors.values());
    }

    private boolean dropUnused(Mirror mirror, long nanos) {
        synchronized (this) {
            if (mirror.unusedNanos() < nanos || !mirrors.remove(mirror.id(), mirror)) {
                return false;
            }
        }
        remove(mirror);
        return true;
    }

    /** Drops the copy of this run, if there is one. */
    void drop(String id) {
        Mirror mirror;
        synchronized (this) {
            mirror = mirrors.remove(id);
        }
        if (mirror != null) {
            remove(mirror);
        }
    }

    private static void remove(Mirror mirror) {
        try {
            mirror.remove();
        } catch (IOException e) {
            LOG.log(Level.WARNING, "cannot remove the copy of run {0}: {1}", mirror.id(), e);
        }
    }
}
