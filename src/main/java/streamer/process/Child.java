package streamer.process;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * The direct child: the process that was launched.
 *
 * <p>Threads: any.
 */
public interface Child extends Closeable {
    /** The handle by which it is signalled; null if there are no descriptors to find it. */
    @Nullable
    ProcessHandle handle();

    /**
     * Signals its process group as a whole, also after its exit, and without descriptors, which a handle needs.
     *
     * @param forcibly KILL instead of TERM
     * @return false if it has no group of its own, or nobody is left in it
     */
    boolean signalGroup(boolean forcibly);

    /** Whether it has a process group of its own that has members; zombies are members too. */
    boolean hasGroup();

    /** The write end of its standard input, if {@link RunSpec.Stdin.Pipe} was asked for. */
    OutputStream stdin();

    /** Its exit code, 128 + n for death by signal n; empty while it has not exited. */
    OptionalInt exitCode();

    /** Waits for its exit, at most this long; its exit code, empty if it has not exited. */
    OptionalInt awaitExit(Duration time) throws InterruptedException;

    /**
     * Exit callback: called when it may have exited, perhaps at once; {@link #exitCode} tells. Called on any thread,
     * perhaps more than once; must not wait.
     */
    void whenExited(Runnable task);

    /** Closes our end of its standard input, which wakes a writer. */
    @Override
    void close() throws IOException;
}
