package streamer.run;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;
import streamer.output.Chunk;
import streamer.output.Ending;
import streamer.output.Output;

/**
 * An output that is the child's pipe itself: whoever reads it has the back-pressure for free.
 *
 * <p>Threads: one reads and closes; the pulse asks how long it has been waiting, and may cut it off or let it go.
 */
final class PipeOutput implements Output, AutoCloseable {
    private final Run run;
    private final OutputPipe pipe;
    private final BufferPool buffers;
    private ByteBuffer buffer;
    private long offset;
    private final long startNanos = System.nanoTime();
    private volatile long waitingSince;

    /**
     * How long has been waited in all, one value for two states: while not waiting, -1 minus that time; while waiting,
     * the time since the start that was spent otherwise.
     */
    private volatile long waited = -1;

    private volatile boolean cut;

    PipeOutput(Run run, OutputPipe pipe, BufferPool buffers) {
        this.run = run;
        this.pipe = pipe;
        this.buffers = buffers;
        buffer = buffers.take();
    }

    @Override
    public @Nullable Chunk next() throws IOException {
        if (cut) {
            return null;
        }
        if (offset > 0 && buffer.limit() == buffer.capacity()) {
            buffer = buffers.larger(buffer);
        }
        beginWaiting();
        try {
            var length = pipe.read(buffer.clear());
            if (length < 0) {
                run.awaitEnding();
                return null;
            }
            // If it has been cut off meanwhile, this may still be the command's own last word, fetched late.
            var chunk = new Chunk(buffer.flip(), offset);
            offset += length;
            return chunk;
        } catch (ClosedChannelException e) {
            return null; // somebody has let go of it
        } finally {
            endWaiting();
        }
    }

    private void beginWaiting() {
        var now = System.nanoTime();
        waitingSince = now | 1; // 0 means: not waiting
        waited = now - startNanos - waitedNanos(now);
    }

    private void endWaiting() {
        waited = -1 - waitedNanos(System.nanoTime());
        waitingSince = 0;
    }

    @Override
    public Ending ending() {
        var ending = run.ending();
        if (ending == null) {
            throw new IllegalStateException("run " + run.id() + " has not ended");
        }
        return ending;
    }

    /** For how long the reader has been waiting for the child now, in nanoseconds; 0 if it is not. */
    long waitingNanos(long now) {
        var since = waitingSince;
        return since == 0 ? 0 : Math.max(1, now - since);
    }

    /** For how long it has been waiting in all. */
    long waitedNanos(long now) {
        var state = waited;
        return state < 0 ? -1 - state : Math.max(0, now - startNanos - state);
    }

    /** Ends the output after the read that is under way: what comes then is nobody's. */
    void cut() {
        cut = true;
    }

    /** Lets go of the pipe, also while the reader waits for it. */
    void letGo() {
        cut = true;
        pipe.close();
    }

    /** The reader is through with it. */
    @Override
    public void close() {
        letGo();
        buffers.give(buffer);
    }
}
