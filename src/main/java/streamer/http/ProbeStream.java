package streamer.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import streamer.format.PlainText;
import streamer.http.response.FlushPolicy;
import streamer.http.response.ResponseConfig;
import streamer.http.response.ResponseSink;
import streamer.http.response.SinkListener;
import streamer.http.response.StreamHead;
import streamer.output.Chunk;
import streamer.output.Ending;
import streamer.output.Ending.Reason;
import streamer.run.Run;
import streamer.run.RunListener;
import streamer.time.Stopwatch;

/**
 * Time-stamped lines, sent as a command's would be: {@code 1 1764520000123456 ....}, the line's number, when it is
 * given to the connection in microseconds since 1970, and dots. Its run is never launched.
 *
 * <p>Threads: the pulse's writes; the connection's I/O thread, and any that stops the run, call too.
 */
final class ProbeStream implements RunListener, SinkListener {
    private static final int LONGEST_PREFIX = 32;
    private static final Duration LONGEST_BLOCKED = Duration.ofSeconds(60);
    private static final Ending END = new Ending.Exited(0);

    private final AccessLog.Entry access;
    private final Run run;
    private final ProbeQuery query;
    private final Runnable whenFree;
    private final ResponseSink sink;
    private final long everyNanos;
    private final long blockedNanos;
    private final AtomicBoolean isFree = new AtomicBoolean();
    private final AtomicBoolean isClosed = new AtomicBoolean();
    private final Stopwatch sinceBegin = new Stopwatch();
    private final Stopwatch sinceLine = new Stopwatch();
    private final long timeoutNanos;
    private int lines;
    private @Nullable Chunk owed; // a line that has not been taken whole

    /**
     * The stream of an admitted run, which is closed with it.
     *
     * @param timeout after which it is stopped, as any run; null for none
     * @param whenFree called once, before the client can see the end
     */
    ProbeStream(
            HttpServerExchange exchange,
            Run run,
            ProbeQuery query,
            ResponseConfig config,
            @Nullable Duration timeout,
            Runnable whenFree) {
        this.run = run;
        this.query = query;
        this.whenFree = whenFree;
        access = AccessLog.of(exchange).expectRun();
        var format = new PlainText(config.contentType(), "");
        var atOnce = config.flushedAt(FlushPolicy.AT_ONCE); // not streamer's buffer is to be found, but those of others
        sink = new ResponseSink(new StreamHead(exchange, run.id(), format.contentType()), atOnce, format, false, this);
        timeoutNanos = timeout == null ? Stopwatch.NEVER : timeout.toNanos();
        everyNanos = query.every().toNanos();
        blockedNanos = (config.writeTimeout() == null ? LONGEST_BLOCKED : config.writeTimeout()).toNanos();
    }

    /** Begins; the first line is sent at once. */
    void begin() {
        run.listen(this);
        sinceBegin.start(System.nanoTime());
        try {
            sink.begin();
            run.dueWithin(0);
        } catch (IOException e) {
            clientLeft();
        }
    }

    @Override
    public long due(long now) {
        var next = sink.due(now);
        if (isClosed.get()) {
            return Stopwatch.NEVER;
        }
        try {
            next = Math.min(next, send(now));
        } catch (IOException e) {
            clientLeft();
        }
        var toBlocked = sink.blocked().left(now, blockedNanos);
        var toEnd = sinceBegin.left(now, timeoutNanos);
        if (toBlocked == 0) {
            run.stop(Reason.WRITE_TIMEOUT);
        } else if (toEnd == 0) {
            run.stop(Reason.TIMEOUT);
        }
        return Math.min(next, Math.min(toBlocked, toEnd));
    }

    /** Sends what is due; the nanoseconds until the next line is. */
    private long send(long now) throws IOException {
        if (owed == null && lines < query.lines() && leftToLine(now) == 0) {
            sinceLine.restart(now);
            lines++;
            owed = new Chunk(line(), 0);
        }
        if (owed != null && !sink.write(owed)) {
            sink.whenWritable(() -> run.dueWithin(0));
            return Stopwatch.NEVER;
        }
        owed = null;
        if (lines < query.lines()) {
            return leftToLine(now);
        }
        if (sink.end(END, run.millis(), "", this::free)) {
            close(END);
        } else {
            sink.whenWritable(() -> run.dueWithin(0));
        }
        return Stopwatch.NEVER;
    }

    private long leftToLine(long now) {
        return lines == 0 ? 0 : sinceLine.left(now, everyNanos);
    }

    /** A line's number, and the time in microseconds since 1970. */
    static String stamp(int number) {
        return number + " " + ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
    }

    private ByteBuffer line() {
        var buffer = ByteBuffer.allocate(Chunk.HEADROOM + LONGEST_PREFIX + query.pad() + Chunk.TAILROOM);
        buffer.position(Chunk.HEADROOM)
                .put((stamp(lines) + " " + ".".repeat(query.pad()) + "\n").getBytes(US_ASCII))
                .limit(buffer.position())
                .position(Chunk.HEADROOM);
        return buffer;
    }

    private void free() {
        if (!isFree.getAndSet(true)) {
            run.freeSlot();
            whenFree.run();
        }
    }

    private void close(@Nullable Ending how) {
        if (!isClosed.getAndSet(true)) {
            access.log(run.id(), how);
            free();
            run.close();
        }
    }

    @Override
    public void stopping() {
        sink.abandon();
        close(run.ending());
    }

    @Override
    public void clientLeft() {
        run.stop(Reason.CLIENT_GONE);
    }

    @Override
    public void dueWithin(long nanos) {
        run.dueWithin(nanos);
    }

    @Override
    public void waiting() {}
}
