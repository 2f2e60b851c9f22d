package streamer.kept;

import java.io.IOException;

/** There is no space for more of an output, and nothing left that could be given up for it. */
public final class StoreFullException extends IOException {
    private static final long serialVersionUID = 1L;

    /** An exception. */
    StoreFullException(IOException cause) {
        super("no space left for kept runs: " + cause.getMessage(), cause);
    }
}
