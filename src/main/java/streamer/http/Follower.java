package streamer.http;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import streamer.format.Format;
import streamer.http.response.ResponseSink;
import streamer.http.response.SinkListener;
import streamer.http.response.StreamHead;
import streamer.kept.End;
import streamer.kept.KeptRun;
import streamer.kept.OutputLog;
import streamer.output.Chunk;
import streamer.output.Ending;
import streamer.output.Ending.Reason;
import streamer.time.Pulse;
import streamer.time.Stopwatch;

/**
 * A viewer of a kept run: sends its client what the run's log has from an offset on, without a thread of its own. It
 * goes on when there is more, or when its client takes more.
 *
 * <p>Threads: its connection's I/O thread; the pulse's, and any that abandons it, call too.
 */
final class Follower implements Reply, SinkListener, FollowerThread.Member {
    private static final Logger LOG = System.getLogger(Follower.class.getName());

    /** After so much of its log others are served first. */
    private static final int TURN_BYTES = 256 * 1024;

    private static final Duration LONGEST_BLOCKED = Duration.ofMinutes(10);

    private final KeptRun run;
    private final OutputLog log;
    private final FollowerThread thread;
    private final Serving serving;
    private final AccessLog.Entry access;
    private final Listener listener;
    private final Consumer<Follower> whenDone;
    private final ResponseSink sink;
    private final Pulse.Timer timer;
    private final long blockedNanos;
    private final long to;
    private volatile boolean isDone;
    private long offset;
    private boolean isWaiting;
    private boolean isBlocked;

    /** Callbacks to who has started the run, if its client is this one. */
    interface Listener {
        /** A listener that does nothing. */
        Listener NONE = new Listener() {};

        /** All before this offset has been sent. */
        default void reached(long offset) {}

        /** The response is about to end, or be broken off. */
        default void ending() {}

        /** The response is over; {@code why} is why it was broken off, null if it was not. */
        default void left(@Nullable Reason why) {}

        /** Nanoseconds for which its client may take nothing while the request comes and the run waits for it. */
        default long stalledLimit() {
            return Stopwatch.NEVER;
        }

        /** Whether the run waits for it. */
        default boolean isWaitedFor() {
            return false;
        }
    }

    /**
     * What is followed of a run.
     *
     * @param run the run
     * @param wanted the offset that was asked for
     * @param from the offset of the first byte
     * @param to the offset at which the response ends, though the run may go on; {@link Long#MAX_VALUE} for none
     * @param headers headers of the response
     */
    record Part(KeptRun run, long wanted, long from, long to, HeaderMap headers) {}

    /**
     * A follower of a part of a run, whose viewer it is from now on.
     *
     * @param whenDone called when it is that no more
     */
    Follower(
            HttpServerExchange exchange,
            Part part,
            Format format,
            FollowerThread thread,
            Serving serving,
            Listener listener,
            Consumer<Follower> whenDone) {
        this.thread = thread;
        this.serving = serving;
        this.listener = listener;
        this.whenDone = whenDone;
        run = part.run();
        log = run.log();
        offset = part.from();
        to = part.to();
        access = AccessLog.of(exchange).expectRun();
        var head = new StreamHead(exchange, run.id(), format.contentType(), part.headers());
        var config = serving.config().response();
        sink = new ResponseSink(head, config, format, true, this);
        timer = thread.timer(this);
        blockedNanos = (config.writeTimeout() == null ? LONGEST_BLOCKED : config.writeTimeout()).toNanos();
        run.join();
    }

    @Override
    public OutputLog log() {
        return log;
    }

    @Override
    public void queue() {
        sink.queue();
    }

    @Override
    public void whole() {}

    @Override
    public void begin() {
        try {
            sink.begin();
        } catch (IOException e) {
            clientLeft();
        }
    }

    /** Begins to follow; on the I/O thread. */
    void start() {
        thread.join(this);
        if (isDone) { // before it was there to leave
            thread.leave(this);
        } else {
            follow();
        }
    }

    @Override
    public void more() {
        if (isWaiting) {
            follow();
        }
    }

    private void follow() {
        isWaiting = false;
        try {
            send();
        } catch (IOException e) {
            clientLeft();
        } catch (RuntimeException | Error e) {
            LOG.log(Level.ERROR, "run " + run.id() + ": " + e, e);
            abandon(Reason.ERROR);
        }
    }

    private void send() throws IOException {
        for (var sent = 0; sent < TURN_BYTES; ) {
            if (isDone) { // by another thread: from then on the sink takes nothing, and says that it took all
                return;
            }
            var chunk = read();
            if (chunk == null) {
                fallBehind();
                return;
            }
            var length = chunk.bytes().remaining();
            var all = sink.write(chunk); // also without bytes: some that were taken may not have left
            if (!all || isBlocked) { // a frame may stand in the midst of what was read
                thread.spoil();
            }
            isBlocked = !all;
            var taken = length - chunk.bytes().remaining();
            sent += taken;
            offset += taken;
            listener.reached(offset);
            if (!all) {
                awaitSocket();
                sink.whenWritable(this::follow);
                return;
            }
            if (offset >= Math.min(to, log.next())) {
                caughtUp();
                return;
            }
        }
        sink.whenOthersWereServed(this::follow);
        awaitSocket();
    }

    /** Has {@link #due} called if the client takes nothing for too long; its time runs already. */
    private void awaitSocket() {
        timer.within(Math.min(blockedNanos, listener.stalledLimit()));
    }

    /** The next bytes; null if they are not kept any more. */
    private @Nullable Chunk read() throws IOException {
        try {
            return thread.read(log, offset, to);
        } catch (IOException e) {
            LOG.log(Level.WARNING, "run {0}: cannot read its output: {1}", run.id(), e);
            abandon(Reason.ERROR);
            throw e;
        }
    }

    private void caughtUp() throws IOException {
        var end = log.end();
        if (offset == to || (end != null && offset == log.next())) { // which is read after the end
            end(end);
        } else if (log.isCutOff()) {
            cutOff();
        } else {
            isWaiting = true;
        }
    }

    private void end(@Nullable End end) throws IOException {
        listener.ending();
        var isOver = (end == null || to != Long.MAX_VALUE)
                ? sink.endPart()
                : sink.end(end.ending(), end.millis(), serving.failureLine(end.ending(), offset > 0), () -> {});
        if (isOver) {
            done(() -> access.log(run.id(), end == null ? null : end.ending()), null);
        } else {
            sink.whenWritable(this::follow);
        }
    }

    /** What comes next does not come here: the client may come back by offset. */
    private void cutOff() {
        listener.ending();
        if (!sink.fail(503, "The machine that the run is on does not answer.", null)) {
            sink.abandon();
        }
        done(() -> access.log(run.id(), Reason.UNREACHABLE.word()), Reason.UNREACHABLE);
    }

    /** What comes next has been dropped: the client may come back by offset. */
    private void fallBehind() {
        var first = log.first();
        listener.ending();
        if (!sink.fail(
                410, "Byte " + offset + " is not kept any more, the first that is kept is " + first + ".", null)) {
            sink.abandon();
        }
        done(() -> access.log(run.id(), "behind"), null);
    }

    @Override
    public boolean fail(int status, String line, @Nullable Ending why) {
        var isAnswered = sink.fail(status, line, why);
        if (isAnswered) {
            done(() -> access.log(run.id(), why), null);
        }
        return isAnswered;
    }

    @Override
    public void abandon(Reason why) {
        done(() -> access.log(run.id(), why.word()), why);
        sink.abandon();
    }

    private void done(Runnable log, @Nullable Reason why) {
        if (isFirst()) {
            log.run();
            timer.stop();
            thread.leave(this);
            whenDone.accept(this);
            run.leave();
            listener.left(why);
        }
    }

    private synchronized boolean isFirst() {
        var isFirst = !isDone;
        isDone = true;
        return isFirst;
    }

    @Override
    public void clientLeft() {
        abandon(Reason.CLIENT_GONE);
    }

    @Override
    public void dueWithin(long nanos) {
        timer.within(nanos);
    }

    @Override
    public long due(long now) {
        if (isDone) {
            return Stopwatch.NEVER;
        }
        var next = sink.due(now);
        var stalledNanos = listener.stalledLimit();
        var left = sink.blocked().left(now, blockedNanos);
        var stalledLeft = sink.blocked().left(now, stalledNanos);
        if (left == 0) {
            abandon(Reason.WRITE_TIMEOUT);
        } else if (stalledLeft == 0 && listener.isWaitedFor()) {
            abandon(Reason.STALLED);
        }
        return Math.min(next, Math.min(left, stalledLeft == 0 ? stalledNanos : stalledLeft));
    }
}
