package streamer.output;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The output of one run: its bytes in order, each once, closed by one {@link Ending}.
 *
 * <p>Threads: read by one, the viewer's.
 */
public interface Output {
    /**
     * Waits for the next bytes.
     *
     * @return what has been written since the last call, never empty; null after the last byte, when {@link #ending()}
     *     is known. A chunk is valid until the next call.
     * @throws IOException when the output cannot be read
     */
    @Nullable
    Chunk next() throws IOException;

    /**
     * How the run ended.
     *
     * @throws IllegalStateException before {@link #next()} has returned null
     */
    Ending ending();
}
