package streamer.http;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import streamer.http.request.RefusedException;
import streamer.output.Ending;
import streamer.run.RunListener;

/**
 * What becomes of the output of the run that a request has started.
 *
 * <p>Threads: the run's own; its body's, and any that abandons it, call too.
 */
interface Delivery extends RunListener, AutoCloseable {
    /**
     * The launch begins.
     *
     * @param isWhole whether the whole request has been received
     * @throws RefusedException if the output could not be taken
     */
    default void begin(boolean isWhole) throws RefusedException {}

    /** The whole request has been received, after the launch. */
    default void whole() {}

    /** Takes the launched run's output to its end; waits for that. */
    void deliver();

    /** Ends the response of a run without output by its ending, or by this line of a 500. */
    void end(Ending ending, String line);

    /** Answers with a status, a line and, if known, the ending; false if the response has begun or ended. */
    boolean fail(int status, String line, @Nullable Ending why);

    /** The client has left while its request was being received: stops the run. */
    void clientGone(IOException e);

    /** Breaks the response off. */
    void abandon();

    /** The run is about to be closed. */
    @Override
    void close();
}
