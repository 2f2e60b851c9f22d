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
 * A pipe of our own ({@code pipe(7)}) for what a command writes. The JDK's own is drained and closed at the command's exit,
 * whoever still writes to it; it cannot be left while somebody waits in a read; and each read costs three system calls and a
 * copy.
 *
 * <p>A command is given a file, not a descriptor: ours, as {@code /proc/self/fd} names it. Its number is the one thing the
 * JDK does not tell, hence {@code Add-Exports: java.base/sun.nio.ch} in the jar's manifest.
 *
 * <p>Threads: one reads; {@link #close} on any wakes it.
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

    /** A new pipe, of two descriptors. */
    static OutputPipe open() throws IOException {
        return new OutputPipe(Pipe.open());
    }

    /** The end for the command that is launched before {@link #closeOwnEnd}. */
    Redirect commandsEnd() {
        try {
            var descriptor = DESCRIPTORS.resolve(NUMBER.invoke(pipe.sink()).toString());
            return Redirect.appendTo(new File(descriptor.toString()));
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("needs --add-exports java.base/sun.nio.ch=ALL-UNNAMED", e);
        }
    }

    /** Lets go of the commands' end, so that the pipe ends with the last process that has it. */
    void closeOwnEnd() {
        closeQuietly(pipe.sink());
    }

    /**
     * Waits for bytes; what one read returned.
     *
     * @return how many; -1 when nobody can write any more
     * @throws java.nio.channels.ClosedChannelException if the pipe is closed, also meanwhile
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
            throw new UncheckedIOException(e); // close(2) of a pipe has nothing to fail at
        }
    }
}
