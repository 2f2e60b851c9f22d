package streamer.http.response;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import streamer.format.Format;
import streamer.http.response.ResponseConfig.OnFailure;
import streamer.output.Chunk;
import streamer.output.Ending;
import streamer.time.Stopwatch;

/**
 * Non-blocking writer of a stream's response, its only one: {@link #write} and {@link #end} tell whether the socket
 * took all, {@link #whenWritable} when to go on; {@link #due} is its timer callback.
 *
 * <p>A chunk that was not taken whole is to be given again when the sink is writable, and must be valid till then.
 *
 * <p>Threads: one writes and ends; the pulse's, the connection's I/O thread and any that fails or abandons it call too.
 * The lock guards the order of the bytes; {@code due} does nothing while another thread holds it.
 */
public final class ResponseSink {
    private static final Duration LONGEST_WITHOUT_HEAD = Duration.ofSeconds(20);
    private static final long SOON_NANOS = Duration.ofMillis(50).toNanos();

    private final ResponseConfig config;
    private final Format format;
    private final StreamHead head;
    private final SinkListener listener;

    private final ReentrantLock lock = new ReentrantLock();
    private final Schedule schedule;
    private final Transmission transmission;
    private final Flusher flusher;
    private final ClientGone clientGone;
    private StreamState state = StreamState.OPEN;
    private @Nullable Ending ending;

    /**
     * A sink.
     *
     * @param isKept whether the output is kept, and sent to others too: they use the buffers of its chunks as soon as
     *     {@link #write} has returned, and what it has not taken is to be given again in another
     */
    public ResponseSink(StreamHead head, ResponseConfig config, Format format, boolean isKept, SinkListener listener) {
        this.config = config;
        this.format = format;
        this.head = head;
        this.listener = listener;
        schedule = new Schedule(config.flush(), format.heartbeat().hasRemaining());
        transmission = new Transmission(lock, schedule, listener, this::commit);
        flusher = new Flusher(schedule, format, transmission, isKept, this::expect);
        clientGone = ClientGone.of(head.exchange(), !isKept, listener::clientLeft);
    }

    private void expect() {
        listener.dueWithin(schedule.left(System.nanoTime()));
    }

    private ResponseChannel commit(Stopwatch blocked, Runnable writable) throws IOException {
        head.commit(() -> ending);
        if (state == StreamState.OPEN) {
            state = StreamState.STREAMING;
            schedule.headCommitted(System.nanoTime());
            expect();
        }
        return new ResponseChannel(head.exchange(), blocked, writable);
    }

    /** The run waits to be launched: sends the head within 20 s, as some routers time out after 30 s. */
    public void queue() {
        awaitHead(LONGEST_WITHOUT_HEAD);
    }

    /** The run has been launched: sends the head at once if format or configuration want it; fails if the client left. */
    public void begin() throws IOException {
        awaitHead(config.statusWait());
        lock.lock();
        try {
            if (state == StreamState.OPEN) {
                flusher.sendDue(System.nanoTime());
            }
        } finally {
            lock.unlock();
        }
    }

    private void awaitHead(Duration longest) {
        lock.lock();
        try {
            if (state == StreamState.OPEN) {
                schedule.awaitHead(format.tellsEnding() ? Duration.ZERO : longest, System.nanoTime());
            }
        } finally {
            lock.unlock();
        }
        listener.dueWithin(SOON_NANOS); // not at once: the request's handler may not have returned yet
    }

    /**
     * Takes a chunk of the output: sends it, or keeps it until the flush threshold is reached.
     *
     * @return whether it took all; else the same chunk is to be given again when the sink is {@link #whenWritable}
     * @throws IOException if the client has left
     */
    public boolean write(Chunk chunk) throws IOException {
        lock.lock();
        try {
            return !state.isBefore(StreamState.ENDING) || flusher.take(chunk.bytes());
        } finally {
            lock.unlock();
        }
    }

    /** Calls the task, once, as soon as the sink may take more, perhaps at once; it must not wait. */
    public void whenWritable(Runnable task) {
        transmission.whenWritable(task);
    }

    /** Calls the task, once, when the connection's I/O thread has served others; it must not wait. */
    public void whenOthersWereServed(Runnable task) throws IOException {
        transmission.whenOthersWereServed(task);
    }

    /** Runs while bytes wait and the client takes none. */
    public Stopwatch blocked() {
        return transmission.blocked();
    }

    /**
     * Nanoseconds until a stream without a heartbeat has been silent for {@code length}; {@link Stopwatch#NEVER} for
     * others.
     */
    public long silenceLeft(long now, long length) {
        return blocked().isRunning() ? Stopwatch.NEVER : schedule.silenceLeft(now, length);
    }

    /**
     * Timer callback: sends what is due, and checks whether the client has left.
     *
     * @param now {@link System#nanoTime()}
     * @return the time from now until something may be due again, in nanoseconds
     */
    public long due(long now) {
        if (!lock.tryLock()) {
            return SOON_NANOS;
        }
        try {
            if (!state.isBefore(StreamState.ENDING)) {
                return Stopwatch.NEVER;
            }
            if (head.isConnected() && transmission.isOpen()) {
                flusher.sendDue(now);
                var left = transmission.isUnfinished() ? Stopwatch.NEVER : schedule.left(now);
                return Math.min(left, clientGone.watch());
            }
        } catch (IOException e) {
            // The client has left.
        } finally {
            lock.unlock();
        }
        listener.clientLeft();
        return Stopwatch.NEVER;
    }

    /**
     * Answers with a status and a line instead of a stream; false, without effect, if the stream has begun or ended.
     */
    public boolean fail(int status, String line, @Nullable Ending why) {
        var isFree = giveUp(true);
        if (isFree) {
            head.fail(status, line, why);
        }
        return isFree;
    }

    /** Ends the stream before it has begun; false if it has, or if bytes are kept that must not be lost. */
    private boolean giveUp(boolean evenWithBytes) {
        lock.lock();
        try {
            var isFree = state == StreamState.OPEN && (evenWithBytes || transmission.keptBytes() == 0);
            if (isFree) {
                finish();
            }
            return isFree;
        } finally {
            lock.unlock();
        }
    }

    private void finish() {
        state = StreamState.DONE;
        schedule.end();
        transmission.stop();
        clientGone.disarm();
    }

    /**
     * Ends the response by the run's ending.
     *
     * @param failureLine the line of a 500, if the run failed without output and before the head was sent
     * @param beforeLast called before the client can see the end
     * @return whether the socket took all; else to be called again when the sink is {@link #whenWritable}
     * @throws IOException if the client has left
     */
    public boolean end(Ending how, long millis, String failureLine, Runnable beforeLast) throws IOException {
        if (!how.isSuccess() && giveUp(false)) {
            beforeLast.run();
            head.fail(500, failureLine, how);
        }
        var isClean =
                how.isSuccess() || format.tellsEnding() || config.onFailure() == OnFailure.END || head.wantsCleanEnd();
        return end(how, isClean, () -> format.end(how, millis), beforeLast);
    }

    /** Ends the response cleanly where the run goes on; else as {@link #end}. */
    public boolean endPart() throws IOException {
        return end(null, true, () -> Format.NOTHING, () -> {});
    }

    private boolean end(@Nullable Ending how, boolean isClean, Supplier<ByteBuffer> last, Runnable beforeLast)
            throws IOException {
        lock.lock();
        try {
            if (state.isBefore(StreamState.ENDING) && transmission.resume()) {
                state = StreamState.ENDING;
                ending = how;
                transmission.send(last.get());
            }
            if (state == StreamState.ENDING && transmission.resume()) {
                endBody(isClean, beforeLast);
            }
            if (state == StreamState.CLOSING && transmission.send(Format.NOTHING)) {
                transmission.channel().drain();
                finish();
            }
            return state == StreamState.DONE;
        } finally {
            lock.unlock();
        }
    }

    private void endBody(boolean isClean, Runnable beforeLast) throws IOException {
        clientGone.disarm();
        beforeLast.run();
        if (isClean) {
            transmission.channel().shutdown();
            state = StreamState.CLOSING;
        } else {
            transmission.channel().breakOff();
            finish();
        }
    }

    /** Breaks the response off, if it has not ended; does not wait for the client. */
    public void abandon() {
        lock.lock();
        try {
            if (state != StreamState.DONE) {
                finish();
                transmission.channel().close();
            }
        } catch (IOException e) {
            // The channel is closed already.
        } finally {
            lock.unlock();
        }
        transmission.wake();
    }
}
