package streamer.run;

import java.io.OutputStream;
import org.jspecify.annotations.Nullable;
import streamer.output.Output;

/** Whoever reads a run. A run tells it when to begin, that time passes, and when to let go. */
public interface Viewing {
    /**
     * Reads the output of a run to its end. On the run's own thread, once; may block.
     *
     * @param stdin the command's standard input where {@link RunSpec.Stdin.Pipe} was asked for, else null; the viewing
     *     closes it at its end of file
     */
    void view(Run run, Output output, @Nullable OutputStream stdin);

    /**
     * Time passes. On the pulse thread, every 50 ms; must not block.
     *
     * @param now {@link System#nanoTime()}
     */
    void pulse(long now);

    /** The run is being stopped: whatever waits for the client's input waits in vain. On any thread; must not block. */
    void stopping();
}
