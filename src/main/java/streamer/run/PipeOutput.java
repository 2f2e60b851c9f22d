package streamer.run;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import streamer.output.Chunk;
import streamer.output.Ending;
import streamer.output.Output;
import streamer.process.OutputPipe;
import streamer.time.Stopwatch;

/**
 * Back-pressure by the pipe: an output read straight from the child's pipe, whose writers block while nobody reads.
 *
 * <p>Threads: one reads and closes; others ask how long it has been waiting, and may cut it off or close the pipe.
 */
final class PipeOutput implements Output, AutoCloseable {
    /** {@code /proc/sys/fs/pipe-max-size}, {@code pipe(7)}. */
    private static final int MOST_IN_PIPE = 1024 * 1024;

    private final OutputPipe pipe;
    private final BufferPool buffers;
    private final Supplier<Ending> awaitEnding;
    private final Stopwatch waiting = new Stopwatch();
    private ByteBuffer buffer;
    private boolean isFull;
    private long offset;
    private @Nullable Ending ending;
    private volatile boolean cut;
    private int readSinceCut;

    /**
     * The output of a pipe, which is closed with it.
     *
     * @param awaitEnding waits for the run's ending; called at the end of the output
     */
    PipeOutput(OutputPipe pipe, BufferPool buffers, Supplier<Ending> awaitEnding) {
        this.pipe = pipe;
        this.buffers = buffers;
        this.awaitEnding = awaitEnding;
        try {
            buffer = buffers.take();
        } catch (RuntimeException | Error e) { // there may be no memory for it
            pipe.close();
            throw e;
        }
    }

    @Override
    public @Nullable Chunk next() throws IOException {
        waiting.start(System.nanoTime());
        try {
            var length = cut && !hasMore() ? -1 : read();
            if (length < 0) {
                ending = awaitEnding.get(); // a command that has closed its output is waited for as well
                return null;
            }
            var chunk = new Chunk(buffer.limit(buffer.position()).position(Chunk.HEADROOM), offset);
            offset += length;
            if (cut) {
                readSinceCut += length;
            }
            return chunk;
        } finally {
            waiting.stop(System.nanoTime());
        }
    }

    private int read() throws IOException {
        if (isFull) {
            buffer = buffers.larger(buffer);
        }
        try {
            buffer.clear().limit(buffer.capacity() - Chunk.TAILROOM).position(Chunk.HEADROOM);
            var length = pipe.read(buffer);
            isFull = !buffer.hasRemaining();
            return length;
        } catch (ClosedChannelException e) {
            return -1; // by closePipe()
        }
    }

    @Override
    public Ending ending() {
        if (ending == null) {
            throw new IllegalStateException("the output has not ended");
        }
        return ending;
    }

    /** What its writers have as their standard output: {@link OutputPipe#name}. */
    String name() throws IOException {
        return pipe.name();
    }

    /** Runs while the reader waits for output. */
    Stopwatch waiting() {
        return waiting;
    }

    /** Whether there may still be what the command itself has written: who reads it may be late. */
    private boolean hasMore() {
        return readSinceCut < MOST_IN_PIPE && hasBytes();
    }

    /** Whether bytes wait to be read. */
    boolean hasBytes() {
        return pipe.hasBytes();
    }

    /** Ends the output after what is in the pipe; what is written later is dropped. */
    void cut() {
        cut = true;
    }

    /** Closes the pipe, even during a read, which ends the output. */
    void closePipe() {
        cut = true;
        pipe.close();
    }

    /** Closes the pipe and returns the buffer; for the reader alone. */
    @Override
    public void close() {
        try {
            closePipe();
        } finally {
            buffers.give(buffer);
        }
    }
}
