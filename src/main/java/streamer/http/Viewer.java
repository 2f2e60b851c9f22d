package streamer.http;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import streamer.http.request.ChunkedBody;
import streamer.http.request.RequestBody;
import streamer.http.request.RequestConfig;
import streamer.http.response.Answer;
import streamer.http.response.ResponseSink;
import streamer.output.Chunk;
import streamer.output.Ending;
import streamer.output.Ending.Reason;
import streamer.output.Output;
import streamer.run.Run;
import streamer.run.Viewing;

/**
 * Shows one run to one client: chunks from the output to the sink, and the request's body to the command.
 *
 * <p>Threads: views on the run's own; feeds the body on a second one; the pulse comes from outside.
 */
final class Viewer implements Viewing {
    private static final Logger LOG = System.getLogger(Viewer.class.getName());
    private static final long LONG_SILENCE_NANOS = Duration.ofSeconds(45).toNanos();
    private static final int FEED_BYTES = 64 * 1024;

    private final ResponseSink sink;
    private final @Nullable RequestBody body;
    private final RequestConfig limits;
    private final @Nullable Duration writeTimeout;
    private final String failureLine;
    private final Executor threads;
    private volatile @Nullable Run run;
    private boolean silenceNoticed; // the pulse's alone

    /**
     * A viewer.
     *
     * @param body the request's body, for the command to read; null if it has none
     * @param failureLine what a client is told whose run failed before it wrote anything
     * @param threads where the body is fed
     */
    Viewer(ResponseSink sink, @Nullable RequestBody body, ServerConfig config, String failureLine, Executor threads) {
        this.sink = sink;
        this.body = body;
        limits = config.request();
        writeTimeout = config.response().writeTimeout();
        this.failureLine = failureLine;
        this.threads = threads;
    }

    /** The run has to wait for others to end; the pulse keeps its client company. */
    void await(Run awaited) {
        run = awaited;
        sink.await(() -> leave(awaited));
    }

    @Override
    public void view(Run viewed, Output output, @Nullable OutputStream stdin) {
        try {
            if (body != null && stdin != null) {
                body.invite();
                threads.execute(() -> feed(viewed, body, stdin));
            }
            run = viewed;
            sink.begin(() -> leave(viewed));
        } catch (IOException e) {
            clientGone(viewed, e);
        }
        try {
            for (var chunk = output.next(); chunk != null; chunk = output.next()) {
                show(viewed, chunk);
            }
            end(viewed, output.ending());
        } catch (IOException e) {
            LOG.log(Level.WARNING, "run {0}: cannot read its output: {1}", viewed.id(), e);
            viewed.stop(Reason.ERROR);
            sink.abandon();
        }
    }

    /** A client that has gone does not end the reading: the command's last words must not block it while it is stopped. */
    private void show(Run viewed, Chunk chunk) {
        try {
            sink.write(chunk);
        } catch (IOException e) {
            clientGone(viewed, e);
        }
    }

    private void end(Run viewed, Ending ending) {
        stopping();
        try {
            sink.end(ending, viewed.millis(), failureLine, viewed::freeSlot);
        } catch (IOException e) {
            clientGone(viewed, e);
        }
    }

    private void clientGone(Run viewed, IOException e) {
        LOG.log(Level.DEBUG, () -> "run " + viewed.id() + ": client gone: " + e);
        viewed.stop(Reason.CLIENT_GONE);
        sink.abandon();
    }

    private void leave(Run viewed) {
        if (viewed.ending() == null) {
            clientGone(viewed, new IOException("closed by the client"));
        }
    }

    private void feed(Run viewed, RequestBody from, OutputStream stdin) {
        Thread.currentThread().setName("body-" + viewed.id().substring(0, 8));
        var bytes = new byte[FEED_BYTES];
        var buffer = ByteBuffer.wrap(bytes);
        var isRead = true;
        try {
            while (from.read(buffer.clear(), limits) >= 0) {
                isRead = isRead && feed(stdin, bytes, buffer.position());
            }
            end(stdin);
        } catch (RequestBody.TooLargeException e) {
            sink.fail(413, Answer.TOO_LARGE, null);
            viewed.stop(Reason.BODY_TOO_LARGE);
        } catch (ChunkedBody.MalformedException e) {
            sink.fail(400, Answer.MALFORMED, null);
            viewed.stop(Reason.MALFORMED_BODY);
        } catch (RequestBody.TooSlowException e) {
            sink.fail(408, Answer.TOO_SLOW, null);
            viewed.stop(Reason.SLOW_BODY);
        } catch (RequestBody.DetachedException e) {
            LOG.log(Level.DEBUG, () -> "run " + viewed.id() + ": ended before its input");
        } catch (IOException e) { // no end of file for the command: it would take a part for the whole
            clientGone(viewed, e);
        }
    }

    /** False if the command does not read any more; what comes is thrown away then, as the client has yet to read. */
    private static boolean feed(OutputStream stdin, byte[] bytes, int length) {
        try {
            stdin.write(bytes, 0, length);
            stdin.flush();
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static void end(OutputStream stdin) {
        try {
            stdin.close();
        } catch (IOException e) {
            // The command does not read any more: nor does it need to know where its input ends.
        }
    }

    @Override
    public void pulse(long now) {
        var viewed = run;
        if (viewed == null) {
            return;
        }
        try {
            sink.pulse(now);
            var stalled = stalled(now);
            if (stalled != null) {
                viewed.stop(stalled);
                sink.abandon();
            }
            if (!silenceNoticed && sink.silentNanos(now) > LONG_SILENCE_NANOS) {
                silenceNoticed = true;
                LOG.log(
                        Level.WARNING,
                        "run {0}: silent for 45 s; routers and proxies cut such streams: see --heartbeat-text",
                        viewed.id());
            }
        } catch (IOException e) {
            clientGone(viewed, e);
        }
    }

    private @Nullable Reason stalled(long now) {
        var blockedNanos = sink.blockedNanos(now);
        if (writeTimeout != null && blockedNanos > writeTimeout.toNanos()) {
            return Reason.WRITE_TIMEOUT;
        }
        var isSending = body != null && !body.isComplete();
        return isSending && blockedNanos > limits.stalledAfter().toNanos() ? Reason.STALLED : null;
    }

    @Override
    public void stopping() {
        if (body != null) {
            body.detach();
        }
    }
}
