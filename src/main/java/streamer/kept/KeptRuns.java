package streamer.kept;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import streamer.run.Run;
import streamer.time.Pulse;
import streamer.time.Stopwatch;

/**
 * All kept runs: those that go on, and those that have ended, within the limits of time, count and bytes.
 *
 * <p>Threads: any.
 */
public final class KeptRuns implements AutoCloseable {
    private static final Logger LOG = System.getLogger(KeptRuns.class.getName());
    private static final int MOST_ENDED = 1_000;

    /** When to look again whether somebody watches a run whose time is over. */
    private static final long WATCHED_NANOS = Duration.ofSeconds(1).toNanos();

    /** When to ask again whether a run is watched elsewhere. */
    private static final Duration UNSURE = Duration.ofSeconds(5);

    private final KeepConfig config;
    private final Store store;
    private final Pulse pulse = new Pulse();
    private final Object removal = new Object();
    private final Pulse.Timer expiry = pulse.timer(this::expire);
    private final Room room;
    private final Map<String, KeptRun> runs = new HashMap<>();
    private final Map<String, KeptRun> keys = new HashMap<>();
    private final Map<String, KeptRun> shared = new HashMap<>();
    private final Deque<Ended> ended = new ArrayDeque<>(); // the oldest first
    private final @Nullable Machines machines;
    private final Mirrors mirrors = new Mirrors(this::logOfCopy, pulse);

    private record Ended(KeptRun run, long expiresAt) {}

    /**
     * The run whose output a request gets.
     *
     * @param run the run
     * @param admitted the same, if it was admitted for this request; null if that joins the one of another
     */
    public record Place(KeptRun run, @Nullable Run admitted) {}

    private KeptRuns(KeepConfig config, Store store, @Nullable Machines machines) {
        this.config = config;
        this.store = store;
        this.machines = machines;
        room = new Room(store.path(), config.totalBytes(), this::evict, pulse);
    }

    /**
     * Kept runs, with those that an earlier process has left in the directory.
     *
     * @param machines the machines that have them together, which are closed with them; null if this is the only one
     * @throws IOException if the directory cannot be used, or another process uses it
     */
    public static KeptRuns open(KeepConfig config, @Nullable Machines machines) throws IOException {
        var opened = new KeptRuns(config, Store.open(config.directory()), machines);
        try {
            opened.recover();
            return opened;
        } catch (IOException e) {
            opened.close();
            throw e;
        }
    }

    /** Removes what other processes have left in temporary directories; for a background thread. */
    public static void removeAbandoned() {
        Store.removeAbandoned();
    }

    /** A timer for all that has to do with kept runs. */
    public Pulse pulse() {
        return pulse;
    }

    private void recover() throws IOException {
        record Found(Path directory, RunFile file) {}
        var found = new ArrayList<Found>();
        store.copies().forEach(KeptRuns::discard);
        for (var directory : store.runs()) {
            try {
                found.add(new Found(directory, RunFile.read(directory)));
            } catch (IOException e) { // half written, or half removed
                LOG.log(Level.INFO, "not a kept run any more: {0}", e.toString());
                discard(directory);
            }
        }
        found.sort(Comparator.comparing(one -> one.file.finished()));
        for (var one : found) {
            recover(one.directory, one.file);
        }
        room.take(0); // what is too much now goes
    }

    private static void discard(Path directory) {
        try {
            Store.remove(directory);
        } catch (IOException e) {
            LOG.log(Level.WARNING, "cannot remove what is left of a kept run: {0}", e.toString());
        }
    }

    private void recover(Path directory, RunFile file) {
        var run = kept(String.valueOf(directory.getFileName()), file.request(), null);
        synchronized (this) {
            add(run);
        }
        try {
            run.recover(file);
            if (machines != null) {
                machines.publish(run);
                if (find(run.id()).isEmpty()) { // its time was over
                    machines.withdraw(run);
                }
            }
        } catch (IOException e) {
            LOG.log(Level.WARNING, "cannot read a kept run: {0}", e.toString());
            remove(run);
        }
    }

    private KeptRun kept(String id, KeptRequest request, @Nullable Run run) {
        return new KeptRun(id, request, run, log(id), config.unwatched(), pulse, own);
    }

    private OutputLog log(String id) {
        return log(store.directory(id));
    }

    private OutputLog logOfCopy(String id) {
        return log(store.directoryOfCopy(id));
    }

    private OutputLog log(Path directory) {
        return new OutputLog(directory, Math.min(config.runBytes(), config.totalBytes()), room);
    }

    private final KeptRun.Holder own = new KeptRun.Holder() {
        @Override
        public @Nullable String machine() {
            return machines == null ? null : machines.name();
        }

        @Override
        public void ended(KeptRun run) {
            hasEnded(run);
        }

        @Override
        public void forget(KeptRun run) {
            pulse.execute(() -> KeptRuns.this.forget(run));
        }

        @Override
        @SuppressWarnings("FutureReturnValueIgnored") // what follows throws nothing
        public void unwatched(KeptRun run) {
            if (machines == null) {
                run.stopUnwatched();
                return;
            }
            machines.watched(run).whenComplete((left, failure) -> {
                if (failure != null) { // who is not sure lets it go on
                    run.watchedFor(UNSURE);
                } else if (left.isZero() || left.isNegative()) {
                    run.stopUnwatched();
                } else {
                    run.watchedFor(left);
                }
            });
        }
    };

    private void add(KeptRun run) {
        runs.put(run.id(), run);
        if (!run.request().key().isEmpty()) {
            keys.put(run.request().key(), run);
        }
    }

    /** How many bytes are kept of them, and of copies of others. */
    public long bytes() {
        return room.used();
    }

    /** The machines that have them together; null if this is the only one. */
    public @Nullable Machines machines() {
        return machines;
    }

    /** The copy of another machine's run, which is there or is new. */
    Mirror mirror(RemoteRun run) {
        return mirrors.use(run);
    }

    /** Drops the copy of this run, if there is one. */
    void dropMirror(String id) {
        mirrors.drop(id);
    }

    private synchronized void remove(KeptRun run) {
        runs.remove(run.id());
        keys.remove(run.request().key(), run);
    }

    /**
     * The run that a request joins: by its key, or an equal one that goes on, where these are shared; empty if there is
     * none.
     *
     * @param isShareable whether it may share a run
     */
    public synchronized Optional<KeptRun> find(KeptRequest request, boolean isShareable) {
        return Optional.ofNullable(
                !request.key().isEmpty()
                        ? keys.get(request.key())
                        : shares(request, isShareable) ? shared.get(request.digest()) : null);
    }

    /** Whether a request may join a run that goes on. */
    boolean shares(KeptRequest request, boolean isShareable) {
        return isShareable && config.isShared() && request.key().isEmpty();
    }

    /**
     * The run on this machine that a request joins, or else a new one.
     *
     * @param isShareable whether it may share a run
     * @param admission admits a run; null if that is refused
     * @return empty if it is refused
     */
    Optional<Place> place(KeptRequest request, boolean isShareable, Supplier<@Nullable Run> admission) {
        Place place;
        synchronized (this) {
            var other = find(request, isShareable);
            if (other.isPresent()) {
                return Optional.of(new Place(other.get(), null));
            }
            var run = admission.get();
            if (run == null) {
                return Optional.empty();
            }
            place = new Place(kept(run.id(), request, run), run);
            add(place.run());
            if (shares(request, isShareable)) {
                shared.put(request.digest(), place.run());
            }
        }
        if (machines != null) {
            machines.publish(place.run());
        }
        return Optional.of(place);
    }

    /** Whether equal requests share a run, so that it belongs to none of them. */
    public boolean isShared() {
        return config.isShared();
    }

    /** The run of this id; empty if none is kept. */
    public synchronized Optional<KeptRun> find(String id) {
        return Optional.ofNullable(runs.get(id));
    }

    /** Those that have ended, in that order. */
    public synchronized List<KeptRun> ended() {
        return ended.stream().map(Ended::run).toList();
    }

    /** Nobody can join a run that is being stopped. */
    public void close(KeptRun run) {
        synchronized (this) {
            if (!shared.remove(run.request().digest(), run)) {
                return;
            }
        }
        if (machines != null) {
            machines.free(run);
        }
    }

    /** The key of a run does not stand for it any more. */
    public void freeKey(KeptRun run) {
        synchronized (this) {
            keys.remove(run.request().key(), run);
        }
        if (machines != null) {
            machines.free(run);
        }
    }

    private void hasEnded(KeptRun run) {
        var left = config.time().minus(run.age(Instant.now()));
        var nanos = left.isNegative() ? 0 : left.toNanos();
        close(run);
        synchronized (this) {
            ended.add(new Ended(run, System.nanoTime() + nanos));
        }
        while (isOver(MOST_ENDED)) {
            var oldest = unwatched();
            if (oldest == null) {
                break;
            }
            forget(oldest);
        }
        expiry.within(nanos);
    }

    private synchronized boolean isOver(int most) {
        return ended.size() > most;
    }

    /** The run that ended first, of those that nobody watches; null if there is none. */
    private synchronized @Nullable KeptRun unwatched() {
        return ended.stream()
                .map(Ended::run)
                .filter(run -> run.viewers() == 0)
                .findFirst()
                .orElse(null);
    }

    private synchronized @Nullable KeptRun oldest() {
        var oldest = ended.peek();
        return oldest == null ? null : oldest.run;
    }

    /** Forgets the run that ended first, if possible one that nobody watches; false if none has ended. */
    private boolean evict() {
        if (mirrors.evict()) {
            return true;
        }
        synchronized (removal) {
            var unwatched = unwatched();
            var least = unwatched == null ? oldest() : unwatched;
            return least != null && forget(least);
        }
    }

    /** Forgets an ended run, with its output; false if it goes on, or is forgotten already. */
    public boolean forget(KeptRun run) {
        synchronized (removal) { // who needs room waits for what is being removed
            synchronized (this) {
                if (!ended.removeIf(one -> one.run == run)) {
                    return false;
                }
                remove(run);
            }
            if (machines != null) {
                machines.withdraw(run);
            }
            try {
                run.remove();
            } catch (IOException e) {
                LOG.log(Level.WARNING, "cannot remove the output of run {0}: {1}", run.id(), e);
            }
            return true;
        }
    }

    /** Forgets those whose time is over; but not while somebody watches. */
    private long expire(long now) {
        var next = Stopwatch.NEVER;
        for (var one : endedFirst()) {
            var left = one.expiresAt - now;
            if (left > 0) {
                return Math.min(left, next);
            }
            if (one.run.viewers() == 0) {
                forget(one.run);
            } else {
                next = WATCHED_NANOS;
            }
        }
        return next;
    }

    private synchronized List<Ended> endedFirst() {
        return List.copyOf(ended);
    }

    /** Ends the timer, and gives up the directory; to be called when no run goes on. */
    @Override
    public void close() {
        if (machines != null) {
            machines.close();
        }
        pulse.close();
        store.close();
    }
}
