package streamer.http.request;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Room for the files of all uploads that are under way: private temporary files, together no larger than a limit.
 *
 * <p>Threads: any.
 */
public final class Spool {
    private final long maxBytes;
    private final AtomicLong usedBytes = new AtomicLong();

    /** There is no room left; there may be some later. */
    public static final class FullException extends IOException {
        private static final long serialVersionUID = 1;
    }

    /** A file cannot be written. */
    public static final class BrokenException extends IOException {
        private static final long serialVersionUID = 1;

        BrokenException(IOException cause) {
            super(cause.toString(), cause); // that of a missing directory has no words but the path
        }
    }

    public Spool(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** A new file with a random name, readable for its owner alone. */
    Path file() throws BrokenException {
        try {
            return Files.createTempFile("streamer-", ".upload").toAbsolutePath();
        } catch (IOException e) {
            throw new BrokenException(e);
        }
    }

    /** Opens it for writing; removes it if that fails. */
    OutputStream open(Path file) throws BrokenException {
        try {
            return Files.newOutputStream(file);
        } catch (IOException e) {
            remove(file);
            throw new BrokenException(e);
        }
    }

    /** Removes it. */
    void remove(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            System.getLogger(Spool.class.getName()).log(Level.WARNING, "cannot remove {0}: {1}", file, e);
        }
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
