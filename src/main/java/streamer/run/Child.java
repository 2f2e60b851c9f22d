package streamer.run;

import java.io.OutputStream;
import java.time.Duration;
import java.util.OptionalInt;

/**
 * The direct child: the process that was launched.
 *
 * <p>Threads: any.
 */
interface Child {
    /** The handle by which it is signalled. */
    ProcessHandle handle();

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
}
