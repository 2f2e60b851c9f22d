package streamer.kept;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import streamer.output.Ending;
import streamer.output.Ending.Reason;
import streamer.run.Run;
import streamer.time.Pulse;
import streamer.time.Stopwatch;

/**
 * One kept run: what was asked for, its output and its end; and who watches it.
 *
 * <p>Threads: its own opens and ends it; any else.
 */
public final class KeptRun implements Pulse.Timed {
    private static final Logger LOG = System.getLogger(KeptRun.class.getName());

    private final String id;
    private final KeptRequest request;
    private final OutputLog log;
    private final long unwatchedNanos;
    private final Pulse.Timer timer;
    private final Holder holder;
    private final Stopwatch unwatched = new Stopwatch();
    private int viewers;
    private boolean isDetached;
    private boolean isWhole;
    private @Nullable Reason ownerLeft;
    private final Object file = new Object();
    private boolean isEndWritten;
    private @Nullable Run run; // until it has ended: its request hangs on it
    private @Nullable Instant started;
    private volatile Runnable changed = () -> {};

    /** Who holds it. */
    interface Holder {
        /** The machine that it is on; null if there is only one. */
        @Nullable
        String machine();

        /** It has ended. */
        void ended(KeptRun run);

        /** It is not wanted any more. */
        void forget(KeptRun run);

        /** Nobody has watched it for so long that it is to be stopped. */
        void unwatched(KeptRun run);
    }

    /**
     * A kept run.
     *
     * @param run the run; null if it is one of an earlier process, or of another machine
     * @param unwatched it is stopped when nobody has watched it for this long
     */
    KeptRun(
            String id,
            KeptRequest request,
            @Nullable Run run,
            OutputLog log,
            Duration unwatched,
            Pulse pulse,
            Holder holder) {
        this.id = id;
        this.request = request;
        this.run = run;
        this.log = log;
        this.holder = holder;
        unwatchedNanos = unwatched.toNanos();
        timer = pulse.timer(this);
    }

    /** The run's id. */
    public String id() {
        return id;
    }

    /** What was asked for. */
    public KeptRequest request() {
        return request;
    }

    /** Its output. */
    public OutputLog log() {
        return log;
    }

    /** The machine that it is on; null if there is only one. */
    public @Nullable String machine() {
        return holder.machine();
    }

    /** Whether more of it may be there than is known here: it is a copy of another machine's, and has not ended. */
    public synchronized boolean mayHaveMore() {
        return run == null && log.end() == null;
    }

    /** Has a task called whenever something of it changes; it must not wait. */
    public void onChange(Runnable task) {
        changed = task;
        log.onMore(task);
    }

    /** When its command was launched; null if it has not been. */
    public synchronized @Nullable Instant started() {
        return started;
    }

    /**
     * Its launch begins: makes the files for its output.
     *
     * @throws IOException if they cannot be made
     */
    public void open() throws IOException {
        var now = Instant.now();
        try {
            log.write(() -> Store.create(log.directory()));
            write(now, null);
        } catch (IOException e) {
            remove(); // a run that is not launched is not kept
            throw e;
        }
        started(now);
    }

    /** It has been launched at this time. */
    void started(@Nullable Instant at) {
        synchronized (this) {
            started = at;
        }
        changed.run();
    }

    /** The key is kept of a request that was whole: any other may be tried again with it. */
    private void write(Instant since, @Nullable End end) throws IOException {
        synchronized (file) {
            if (!isEndWritten) {
                var what = new RunFile(isWhole() ? request : request.withoutKey(), since, end, log.next());
                log.write(() -> what.write(log.directory()));
                isEndWritten = end != null;
            }
        }
    }

    /** What it was asked with is whole: from now on it does not belong to the client that asked. */
    public void whole() {
        Instant since;
        synchronized (this) {
            isWhole = true;
            since = started;
        }
        changed.run();
        if (since != null && !request.key().isEmpty()) {
            try {
                write(since, null);
            } catch (IOException e) {
                LOG.log(Level.WARNING, "run {0}: cannot keep its key: {1}", id, e);
            }
        }
    }

    /** The client that has asked for it is gone, before that was whole: nobody needs it when nobody else watches. */
    public void ownerLeft(Reason why) {
        synchronized (this) {
            ownerLeft = why;
        }
        stopUnneeded();
    }

    private void stopUnneeded() {
        Run unneeded;
        Reason why;
        synchronized (this) {
            unneeded = !isWhole && !isDetached && viewers == 0 ? run : null;
            why = ownerLeft;
        }
        if (unneeded != null && why != null) {
            unneeded.stop(why);
        }
    }

    /** Whether it has been launched, and what it was asked with is whole. */
    public synchronized boolean isWhole() {
        return isWhole;
    }

    /** Ends it, after its last byte; no effect if it has ended. */
    public void end(Ending ending, long millis) {
        var end = new End(ending, millis, Instant.now());
        try {
            var since = started();
            if (since != null && log.end() == null) {
                write(since, end);
            }
        } catch (IOException e) {
            LOG.log(Level.WARNING, "run {0}: cannot keep how it ended: {1}", id, e);
        }
        finish(end);
    }

    /** Takes over the end of a run of an earlier process; one without is lost. */
    void recover(RunFile found) throws IOException {
        synchronized (this) {
            started = found.started();
            isWhole = true;
        }
        log.recover(Store.segments(log.directory()), found.length());
        var end = found.end();
        if (end == null) {
            end(new Ending.Stopped(Reason.LOST, OptionalInt.empty()), 0);
        } else {
            finish(end);
        }
    }

    /** Ends it, as is known for good; no effect if it has ended. */
    void finish(End end) {
        if (log.end(end)) {
            timer.stop();
            release();
            holder.ended(this);
        }
    }

    private synchronized void release() {
        run = null;
    }

    /** How long ago it has ended; never less than none, though the clock may have been set back. */
    Duration age(Instant now) {
        var end = log.end();
        var age = end == null ? Duration.ZERO : Duration.between(end.at(), now);
        return age.isNegative() ? Duration.ZERO : age;
    }

    /** Somebody watches. */
    public synchronized void join() {
        viewers++;
        unwatched.reset();
    }

    /** Somebody watches no more. */
    public void leave() {
        synchronized (this) {
            viewers--;
            watchOut();
        }
        stopUnneeded();
    }

    private void watchOut() {
        if (viewers == 0 && !isDetached && log.end() == null) {
            unwatched.restart(System.nanoTime());
            timer.within(unwatchedNanos);
        }
    }

    /** How many watch. */
    public synchronized int viewers() {
        return viewers;
    }

    /** Nobody has to watch: whoever asked for it has been told that it runs. */
    public synchronized void detach() {
        isDetached = true;
        unwatched.reset();
    }

    @Override
    public long due(long now) {
        synchronized (this) {
            var left = unwatched.left(now, unwatchedNanos);
            if (left > 0) {
                return left;
            }
        }
        holder.unwatched(this);
        return Stopwatch.NEVER;
    }

    /** Stops it; does not wait. No effect after its end. */
    public void stop(Reason why) {
        Run unended;
        synchronized (this) {
            unended = run;
        }
        if (unended != null) {
            unended.stop(why);
        }
    }

    /** Forgets it soon, if it has ended. */
    public void forget() {
        holder.forget(this);
    }

    /** Stops it, if still nobody has watched it for so long. */
    void stopUnwatched() {
        synchronized (this) {
            if (viewers > 0 || isDetached || unwatched.left(System.nanoTime(), unwatchedNanos) > 0) {
                return;
            }
        }
        stop(Reason.UNWATCHED);
    }

    /** It is watched elsewhere, or was: it is asked for again after this time. */
    void watchedFor(Duration left) {
        timer.within(left.toNanos());
    }

    /** Removes all that is on disk; first what makes it a run, so that there is never one without its output. */
    void remove() throws IOException {
        RunFile.remove(log.directory());
        log.drop();
        Store.remove(log.directory());
    }
}
