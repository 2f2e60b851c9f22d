package streamer.http;

import org.jspecify.annotations.Nullable;
import streamer.output.Ending;
import streamer.output.Ending.Reason;

/**
 * What the client is answered with that has started a kept run.
 *
 * <p>Threads: any.
 */
interface Reply {
    /** The run waits in the queue. */
    void queue();

    /** The run has been launched. */
    void begin();

    /** The whole request has been received, or no more of it is wanted. */
    void whole();

    /** Answers with a status and a line; false if the response has begun or ended. */
    boolean fail(int status, String line, @Nullable Ending why);

    /** Breaks the response off. */
    void abandon(Reason why);
}
