package streamer.kept;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalInt;
import java.util.function.Consumer;
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
    private final Path directory;
    private final OutputLog log;
    private final long unwatchedNanos;
    private final Pulse.Timer timer;
    private final Consumer<KeptRun> ended;
    private final Stopwatch unwatched = new Stopwatch();
    private int viewers;
    private boolean isDetached;
    private boolean isWhole;
    private @Nullable Reason ownerLeft;
    private final Object file = new Object();
    private boolean isEndWritten;
    private @Nullable Run run; // until it has ended: its request hangs on it
    private @Nullable Instant started;

    /**
     * A kept run.
     *
     * @param run the run; null if it is one of an earlier process
     * @param unwatched it is stopped when nobody has watched it for this long
     * @param ended called when it has ended
     */
    KeptRun(
            String id,
            KeptRequest request,
            @Nullable Run run,
            Path directory,
            OutputLog log,
            Duration unwatched,
            Pulse pulse,
            Consumer<KeptRun> ended) {
        this.id = id;
        this.request = request;
        this.run = run;
        this.directory = directory;
        this.log = log;
        this.ended = ended;
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
            log.write(() -> Store.create(directory));
            write(now, null);
        } catch (IOException e) {
            remove(); // a run that is not launched is not kept
            throw e;
        }
        synchronized (this) {
            started = now;
        }
    }

    /** The key is kept of a request that was whole: any other may be tried again with it. */
    private void write(Instant since, @Nullable End end) throws IOException {
        synchronized (file) {
            if (!isEndWritten) {
                var what = new RunFile(isWhole() ? request : request.withoutKey(), since, end, log.next());
                log.write(() -> what.write(directory));
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
        log.recover(Store.segments(directory), found.length());
        var end = found.end();
        if (end == null) {
            end(new Ending.Stopped(Reason.LOST, OptionalInt.empty()), 0);
        } else {
            finish(end);
        }
    }

    private void finish(End end) {
        if (log.end(end)) {
            timer.stop();
            release();
            ended.accept(this);
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
        Run unended;
        synchronized (this) {
            var left = unwatched.left(now, unwatchedNanos);
            if (left > 0) {
                return left;
            }
            unended = run;
        }
        if (unended != null) {
            unended.stop(Reason.UNWATCHED);
        }
        return Stopwatch.NEVER;
    }

    /** Removes all that is on disk; first what makes it a run, so that there is never one without its output. */
    void remove() throws IOException {
        RunFile.remove(directory);
        log.drop();
        Store.remove(directory);
    }
}
