package streamer.process;

import java.io.Closeable;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.Pipe;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a command's output is: a pipe ({@code pipe(7)}), in place of the JDK's, or a {@link PseudoTerminal}. The JDK's is
 * drained and closed at the child's exit, even if other processes still write to it; it cannot be closed during a
 * blocking read; and each read costs three system calls and a copy.
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
    private final @Nullable String terminal;

    private OutputPipe(Pipe pipe, @Nullable String terminal) {
        this.pipe = pipe;
        this.terminal = terminal;
    }

    /**
     * Opens a pipe: two descriptors.
     *
     * @throws IOException if there are none left (EMFILE, ENFILE)
     */
    public static OutputPipe open() throws IOException {
        return new OutputPipe(Pipe.open(), null);
    }

    /**
     * Opens a pseudo-terminal, whose slave is the write end.
     *
     * @throws IOException if there is none left, or no descriptors
     */
    static OutputPipe openTerminal(TerminalSize size) throws IOException {
        var ends = new OutputPipe(Pipe.open(), null);
        try {
            PseudoTerminal.replace(ends.sourceNumber(), ends.writeEndNumber(), size);
            return new OutputPipe(ends.pipe, Proc.descriptor(Proc.SELF, ends.writeEndNumber()));
        } catch (IOException | RuntimeException | Error e) {
            ends.close();
            throw e;
        }
    }

    /**
     * What a process that writes to it has as its standard output, as {@link Stage} names it.
     *
     * @throws IOException if it is closed, or the system has no {@code /proc}
     */
    public String name() throws IOException {
        return terminal == null ? Proc.descriptor(Proc.SELF, sourceNumber()) : terminal;
    }

    /** The write end, by name, for a command that is launched before {@link #closeWriteEnd}. */
    public Redirect writeEnd() {
        return Redirect.appendTo(descriptor(writeEndNumber()));
    }

    /** The descriptor of the write end. */
    public int writeEndNumber() {
        return Descriptors.number(pipe.sink());
    }

    private int sourceNumber() {
        return Descriptors.number(pipe.source());
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
     * @throws ClosedChannelException if the pipe is or gets closed
     */
    public int read(ByteBuffer into) throws IOException {
        try {
            return pipe.source().read(into);
        } catch (ClosedChannelException e) {
            throw e;
        } catch (IOException e) {
            if (terminal != null) { // EIO: its last slave has been closed; nothing else can fail here
                return -1;
            }
            throw e;
        }
    }

    /** Whether there are bytes to be read, so that {@link #read} does not wait; false where that cannot be told. */
    public boolean hasBytes() {
        if (terminal != null) { // its master cannot be opened again
            return false;
        }
        try (var again = new FileInputStream(descriptor(sourceNumber()))) {
            return again.available() > 0;
        } catch (IOException e) {
            return false; // it is closed
        }
    }

    private static File descriptor(int number) {
        return DESCRIPTORS.resolve(Integer.toString(number)).toFile();
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
            throw new UncheckedIOException(e); // close(2) does not fail here
        }
    }
}
