package streamer.http;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;
import streamer.http.request.RefusedException;
import streamer.http.request.RequestBody;
import streamer.kept.KeptRun;
import streamer.kept.KeptRuns;
import streamer.kept.Recorder;
import streamer.output.Ending;
import streamer.output.Ending.Reason;
import streamer.run.Run;
import streamer.time.Stopwatch;

/**
 * A run whose output is kept: it is recorded, and the client that has started it follows the record, or has been told
 * where it is. Until the whole request has been received the run belongs to that client, as one that is not kept does.
 *
 * <p>Threads: the run's own; its body's, its follower's, and any that abandons it, call too.
 */
final class Recording implements Delivery, Follower.Listener {
    private static final Logger LOG = System.getLogger(Recording.class.getName());

    private final Run run;
    private final KeptRun kept;
    private final KeptRuns all;
    private final @Nullable RequestBody body;
    private final long stalledNanos;
    private volatile @Nullable Reply reply;
    private boolean hasLeft;

    /**
     * A recording.
     *
     * @param body the request's body; null if it has none
     */
    Recording(Run run, KeptRun kept, KeptRuns all, @Nullable RequestBody body, Serving serving) {
        this.run = run;
        this.kept = kept;
        this.all = all;
        this.body = body;
        stalledNanos = serving.config().request().stalledAfter().toNanos();
    }

    /** Sets what the client is answered with. */
    void answer(Reply with) {
        reply = with;
    }

    private Reply reply() {
        var set = reply;
        if (set == null) {
            throw new IllegalStateException("run " + run.id() + " has no reply");
        }
        return set;
    }

    @Override
    public void waiting() {
        reply().queue();
    }

    @Override
    public void begin(boolean isWhole) throws RefusedException {
        try {
            kept.open();
        } catch (IOException e) {
            throw RefusedException.notKept(e);
        }
        if (isWhole) {
            whole();
        }
    }

    @Override
    public void whole() {
        kept.whole();
        reply().whole();
    }

    @Override
    public void deliver() {
        reply().begin();
        try {
            new Recorder(run, kept.log()).record();
            ended(run.output().ending());
        } catch (IOException e) {
            LOG.log(Level.WARNING, "run {0}: cannot read its output: {1}", run.id(), e);
            run.stop(Reason.ERROR);
        }
    }

    @Override
    public void end(Ending ending, String line) {
        ended(ending);
    }

    /** The slot is free before anybody can see the end. */
    private void ended(Ending how) {
        stopping();
        run.freeSlot();
        kept.end(how, run.millis());
    }

    @Override
    public boolean fail(int status, String line, @Nullable Ending why) {
        return reply().fail(status, line, why);
    }

    @Override
    public void clientGone(IOException e) {
        LOG.log(Level.DEBUG, () -> "run " + run.id() + ": client gone: " + e);
        run.stop(Reason.CLIENT_GONE);
        reply().abandon(Reason.CLIENT_GONE);
    }

    @Override
    public void abandon() {
        var with = reply; // there is none yet if the server is closed at this moment
        if (with != null) {
            with.abandon(Reason.SHUTDOWN);
        }
    }

    /** A run that has not been launched is kept no more, nor is the key of one whose request was never whole. */
    @Override
    public void close() {
        var ending = run.ending();
        kept.end(ending == null ? new Ending.Failed() : ending, run.millis());
        if (run.started() == null) {
            all.freeKey(kept);
            all.forget(kept);
        } else if (!kept.isWhole() && body != null && !body.hasAll()) {
            all.freeKey(kept);
        }
        var with = reply;
        if (with != null) {
            with.whole();
        }
        LOG.log(Level.INFO, "{0}", line());
    }

    private EndLine line() {
        var end = kept.log().end();
        var part = AccessLine.RunPart.of(run.id(), end == null ? null : end.ending());
        return new EndLine(part, kept.log().next(), run.millis());
    }

    @Override
    public void stopping() {
        ending();
        all.close(kept);
    }

    @Override
    public long due(long now) {
        return Stopwatch.NEVER;
    }

    @Override
    public synchronized void reached(long offset) {
        if (!all.isShared() && !hasLeft) {
            kept.log().need(offset);
        }
    }

    @Override
    public void ending() {
        if (body != null) {
            body.detach();
        }
    }

    @Override
    public void left(@Nullable Reason why) {
        letGo();
        if (why != null) {
            kept.ownerLeft(why);
        }
    }

    /** For good: a client may be sent something at the moment that it is given up, and nobody would let go again. */
    private synchronized void letGo() {
        hasLeft = true;
        kept.log().need(Long.MAX_VALUE);
    }

    @Override
    public long stalledLimit() {
        return body != null && !body.isComplete() ? stalledNanos : Stopwatch.NEVER;
    }

    @Override
    public boolean isWaitedFor() {
        return kept.log().isWaiting();
    }
}
