package streamer.http.response;

import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpAttachments;
import io.undertow.util.HeaderMap;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import streamer.format.Format;
import streamer.http.response.ResponseConfig.OnFailure;
import streamer.output.Chunk;
import streamer.output.Ending;

/**
 * The one place where a stream's response is written: open, then committed to its status, then ended. Committing happens
 * once; after the end all writes are dropped.
 *
 * <p>Threads: the viewer's writes and may wait for the socket; the pulse only tries the lock, does nothing while a write
 * is under way, and writes what the socket takes at once. The lock guards the order of the bytes; it is let go while
 * waiting.
 */
public final class ResponseSink {
    private static final Duration LONGEST_WITHOUT_HEAD = Duration.ofSeconds(20);

    private final HttpServerExchange exchange;
    private final ResponseConfig config;
    private final FlushPolicy policy;
    private final Format format;
    private final String run;

    private final ReentrantLock lock = new ReentrantLock();
    private final WaitingBytes waiting = new WaitingBytes();
    private long startNanos;
    private long headAfterNanos = Long.MAX_VALUE; // until the run has begun, or waits
    private Runnable gone = () -> {};
    private @Nullable ClientGone clientGone;
    private @Nullable ResponseChannel channel;
    private long partSince;
    private long lastWriteNanos;
    private boolean ended;
    private boolean done;
    private @Nullable Ending ending;

    /**
     * The sink of one response.
     *
     * @param run the run's id
     */
    public ResponseSink(HttpServerExchange exchange, ResponseConfig config, Format format, String run) {
        this.exchange = exchange;
        this.config = config;
        this.format = format;
        this.run = run;
        policy = config.flush();
    }

    /**
     * The run has yet to wait for others to end. The pulse sends the head, soon enough for a router that waits 30 s.
     *
     * @param whenGone what happens when the client leaves; must not wait
     */
    public void await(Runnable whenGone) {
        lock.lock();
        try {
            watch(whenGone, format.tellsEnding() ? Duration.ZERO : LONGEST_WITHOUT_HEAD);
        } finally {
            lock.unlock();
        }
    }

    private void watch(Runnable whenGone, Duration headAfter) {
        startNanos = System.nanoTime();
        headAfterNanos = headAfter.toNanos();
        gone = whenGone;
        if (clientGone == null) {
            clientGone = ClientGone.of(exchange, whenGone);
        }
    }

    /**
     * The run has begun. Sends the head at once where the format or the configuration wants it so.
     *
     * @param whenGone what happens when the client leaves; must not wait
     */
    public void begin(Runnable whenGone) throws IOException {
        lock.lock();
        try {
            watch(whenGone, config.statusWait());
            if (channel == null
                    && !ended
                    && (format.tellsEnding() || config.statusWait().isZero())) {
                send(format.begin());
            }
        } finally {
            lock.unlock();
        }
    }

    /** Takes what the run wrote: sends it, or keeps it until enough waits. */
    public void write(Chunk chunk) throws IOException {
        var bytes = chunk.bytes();
        lock.lock();
        try {
            while (bytes.hasRemaining() && !ended) {
                var body = format.encode(bytes);
                if (body.hasRemaining()) {
                    partSince = 0; // of a line that is whole now
                    put(body);
                }
            }
            if (!ended) {
                noticePart();
            }
        } finally {
            lock.unlock();
        }
    }

    private void put(ByteBuffer body) throws IOException {
        if (policy.isFull(waiting.length() + body.remaining())) {
            send(body);
        } else {
            waiting.add(body, policy.flushBytes());
        }
    }

    private void noticePart() throws IOException {
        if (!format.hasPart()) {
            partSince = 0;
        } else if (policy.showsPartsAtOnce()) {
            put(format.part());
        } else if (partSince == 0) {
            partSince = System.nanoTime();
        }
    }

    private void send(ByteBuffer body) throws IOException {
        var committed = commit();
        try {
            committed.write(waiting.take(), body);
        } finally {
            waiting.taken();
            lastWriteNanos = System.nanoTime();
        }
    }

    /** Fixes the status at 200; the head leaves with the first bytes, or the first flush. */
    private ResponseChannel commit() throws IOException {
        if (channel == null) {
            exchange.setStatusCode(200);
            StreamHeaders.put(exchange, format.contentType());
            StreamHeaders.putRun(exchange, run);
            exchange.putAttachment(HttpAttachments.RESPONSE_TRAILER_SUPPLIER, this::trailers);
            channel = new ResponseChannel(exchange, lock, gone);
            lastWriteNanos = System.nanoTime();
        }
        return channel;
    }

    private HeaderMap trailers() {
        var trailers = new HeaderMap();
        if (ending != null) {
            StreamHeaders.putEnding(trailers, ending);
        }
        return trailers;
    }

    /** Does what has become due while the viewer waits for the run; never waits itself. */
    public void pulse(long now) throws IOException {
        if (!lock.tryLock()) {
            return;
        }
        try {
            if (!ended) {
                watchClient();
            }
            if (!ended && (channel == null || !channel.isWriting())) {
                offerWhatIsDue(now);
            }
        } finally {
            lock.unlock();
        }
    }

    private void watchClient() throws IOException {
        if (clientGone != null && exchange.isRequestComplete()) { // till then only the body's reader can notice
            clientGone.arm();
        }
        var isOpen = channel == null ? exchange.getConnection().isOpen() : channel.isOpen();
        if (!isOpen) { // on HTTP/2 nothing else tells before there is a channel, and that not always
            throw new ClosedChannelException();
        }
    }

    private void offerWhatIsDue(long now) throws IOException {
        if (channel == null && now - startNanos >= headAfterNanos) {
            sendHead();
        }
        if (partSince != 0 && policy.isOverdue(now - partSince)) {
            partSince = 0;
            waiting.add(format.part(), 0);
            offer();
        }
        if (waiting.length() > 0 && policy.isOverdue(waiting.waitedNanos(now))) {
            offer();
        }
        var heartbeat = format.heartbeat();
        if (channel != null && heartbeat.hasRemaining() && policy.isHeartbeatDue(now - lastWriteNanos)) {
            if (waiting.length() == 0) {
                waiting.add(heartbeat, 0);
            }
            offer();
        }
    }

    private void sendHead() throws IOException {
        var begin = format.begin();
        if (begin.hasRemaining()) {
            waiting.add(begin, 0);
            offer();
        } else { // what waits goes on waiting
            commit().offer(Format.NOTHING);
        }
    }

    private void offer() throws IOException {
        var committed = commit();
        try {
            if (committed.offer(waiting.take()) > 0) {
                lastWriteNanos = System.nanoTime();
            }
        } finally {
            waiting.taken();
        }
    }

    /** For how long the client has taken nothing of what is being written, in nanoseconds; 0 if nothing is. */
    public long blockedNanos(long now) {
        if (!lock.tryLock()) {
            return 0; // bytes are moving
        }
        try {
            return channel == null ? 0 : channel.blockedNanos(now);
        } finally {
            lock.unlock();
        }
    }

    /** For how long a stream that has no heartbeat has been silent, in nanoseconds; 0 if nobody needs to know. */
    public long silentNanos(long now) {
        if (!lock.tryLock()) {
            return 0;
        }
        try {
            var isQuiet = channel != null
                    && !ended
                    && !channel.isWriting()
                    && !format.heartbeat().hasRemaining();
            return isQuiet ? now - lastWriteNanos : 0;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Answers with a status and a line instead of a stream; false, and nothing happens, if the stream has begun or is
     * answered already.
     */
    public boolean fail(int status, String line, @Nullable Ending why) {
        lock.lock();
        try {
            if (channel != null || ended) {
                return false;
            }
            ended = true;
            done = true;
        } finally {
            lock.unlock();
        }
        disarm();
        StreamHeaders.putRun(exchange, run);
        if (why != null) {
            StreamHeaders.putEnding(exchange.getResponseHeaders(), why);
        }
        if (status == 503) {
            Answer.later(exchange, Answer.RETRY_SOON_SECONDS, line);
        } else {
            Answer.line(exchange, status, line);
        }
        return true;
    }

    /**
     * Ends the response as the run ended; waits until the socket has taken all.
     *
     * @param failureLine the answer if the run failed before it wrote anything, and no status has been chosen
     * @param beforeLast what happens before the client can know that it has all
     */
    public void end(Ending how, long millis, String failureLine, Runnable beforeLast) throws IOException {
        if (isSilentFailure(how)) {
            beforeLast.run();
            fail(500, failureLine, how);
        }
        lock.lock();
        try {
            if (ended) {
                return;
            }
            ended = true;
            ending = how;
            send(format.end(how, millis));
            disarm();
            beforeLast.run();
            if (how.isSuccess() || format.tellsEnding() || config.onFailure() == OnFailure.END) {
                commit().finish();
            } else {
                commit().breakOff();
            }
            done = true;
        } finally {
            lock.unlock();
        }
    }

    private boolean isSilentFailure(Ending how) {
        lock.lock();
        try {
            return channel == null && !ended && waiting.length() == 0 && !how.isSuccess();
        } finally {
            lock.unlock();
        }
    }

    private void disarm() {
        if (clientGone != null) {
            clientGone.disarm();
        }
    }

    /** Breaks the response off, if it has not ended, without waiting for the client to take anything. */
    public void abandon() {
        lock.lock();
        try {
            if (done) {
                return; // the connection may serve the next request already
            }
            done = true;
            ended = true;
            disarm();
            commit().close();
        } catch (IOException e) {
            // There is no channel to close any more.
        } finally {
            lock.unlock();
        }
    }
}
