package streamer.run;

import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.lang.reflect.Method;
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
 * {@code /proc/self/fd}. The descriptor's number is internal to the JDK, hence
 * {@code Add-Exports: java.base/sun.nio.ch} in the jar's manifest.
 *
 * <p>Threads: one reads; {@link #close}, on any, ends its read.
 */
final class OutputPipe implements Closeable {
    private static final Method NUMBER = number();
    private static final Path DESCRIPTORS =
            Files.isDirectory(Path.of("/proc/self/fd")) ? Path.of("/proc/self/fd") : Path.of("/dev/fd");

    private final Pipe pipe;

    private OutputPipe(Pipe pipe) {
        this.pipe = pipe;
    }

    private static Method number() {
        try {
            return Class.forName("sun.nio.ch.SelChImpl").getMethod("getFDVal");
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("this JDK has no numbers for descriptors", e);
        }
    }

    /**
     * Opens a pipe: two descriptors.
     *
     * @throws IOException if there are none left (EMFILE, ENFILE)
     */
    static OutputPipe open() throws IOException {
        return new OutputPipe(Pipe.open());
    }

    /** The write end, for a command that is launched before {@link #closeWriteEnd}. */
    Redirect writeEnd() {
        try {
            var descriptor = DESCRIPTORS.resolve(NUMBER.invoke(pipe.sink()).toString());
            return Redirect.appendTo(new File(descriptor.toString()));
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("needs --add-exports java.base/sun.nio.ch=ALL-UNNAMED", e);
        }
    }

    /** Closes our copy of the write end, so that end of file comes when the last process has closed its own. */
    void closeWriteEnd() {
        closeQuietly(pipe.sink());
    }

    /**
     * Waits for bytes; one {@code read(2)}.
     *
     * @return how many were read; -1 at end of file
     * @throws java.nio.channels.ClosedChannelException if the pipe is or gets closed
     */
    int read(ByteBuffer into) throws IOException {
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
