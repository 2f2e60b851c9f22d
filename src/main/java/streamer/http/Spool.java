package streamer.http;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Room for the files of all uploads that are under way: private temporary files, together no larger than a limit.
 *
 * <p>Threads: any.
 */
final class Spool {
    private final long maxBytes;
    private final AtomicLong usedBytes = new AtomicLong();

    /** There is no room left; there may be some later. */
    static final class FullException extends IOException {
        private static final long serialVersionUID = 1;
    }

    Spool(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** A new file with a random name, readable for its owner alone. */
    Path file() throws IOException {
        return Files.createTempFile("streamer-", ".upload").toAbsolutePath();
    }

    /** Takes room before it is written to. */
    void take(long bytes) throws FullException {
        if (usedBytes.addAndGet(bytes) > maxBytes) {
            usedBytes.addAndGet(-bytes);
            throw new FullException();
        }
    }

    /** Gives room back. */
    void give(long bytes) {
        usedBytes.addAndGet(-bytes);
    }
}
