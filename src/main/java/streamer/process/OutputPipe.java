package streamer.process;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A pipe ({@code pipe(7)}) for a command's output, in place of the JDK's. That is drained and closed at the child's
 * exit, even if other processes still write to it; it cannot be closed during a blocking read; and each read costs
 * three system calls and a copy.
 *
 * <p>The JDK redirects a child's output to a file, not to a descriptor: it gets ours by its name in
 * {@code /proc/self/fd}.
 *
 * <p>Threads: one reads; {@link #close}, on any, ends its read.
 */
public final class OutputPipe implements Closeable {
    private static final Path DESCRIPTORS =
            Files.isDirectory(Path.of("/proc/self/fd")) ? Path.of("/proc/self/fd") : Path.of("/dev/fd");

    private final Pipe pipe;

    private OutputPipe(Pipe pipe) {
        this.pipe = pipe;
    }

    /**
     * Opens a pipe: two descriptors.
     *
     * @throws IOException if there are none left (EMFILE, ENFILE)
     */
    public static OutputPipe open() throws IOException {
        return new OutputPipe(Pipe.open());
    }

    /** The write end, by name, for a command that is launched before {@link #closeWriteEnd}. */
    public Redirect writeEnd() {
        return Redirect.appendTo(
                DESCRIPTORS.resolve(Integer.toString(writeEndNumber())).toFile());
    }

    /** The descriptor of the write end. */
    public int writeEndNumber() {
        return Descriptors.number(pipe.sink());
    }

    /** The read end, for a selector. */
    Pipe.SourceChannel source() {
        return pipe.source();
    }

    /** Closes our copy of the write end, so that end of file comes when the last process has closed its own. */
    public void closeWriteEnd() {
        closeQuietly(pipe.sink());
    }

    /**
     * Waits for bytes; one {@code read(2)}.
     *
     * @return how many were read; -1 at end of file
     * @throws java.nio.channels.ClosedChannelException if the pipe is or gets closed
     */
    public int read(ByteBuffer into) throws IOException {
        return pipe.source().read(into);
    }

    @Override
    public void close() {
        closeQuietly(pipe.source());
        closeQuietly(pipe.sink());
    }

    private static void closeQuietly(Closeable end) {
        try {
            end.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // close(2) of a pipe does not fail
        }
    }
}
