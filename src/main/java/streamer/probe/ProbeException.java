package streamer.probe;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** There is nothing to judge: no answer, or none that is a stream. Its message is one line for the user. */
public final class ProbeException extends IOException {
    private static final long serialVersionUID = 1;

    ProbeException(String line) {
        super(line);
    }

    ProbeException(String line, @Nullable Throwable cause) {
        super(line, cause);
    }
}
