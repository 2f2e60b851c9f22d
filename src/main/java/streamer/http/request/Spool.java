package streamer.http.request;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Temporary files of all current uploads, with a limit on their total size.
 *
 * <p>Threads: any.
 */
public final class Spool {
    private final long maxBytes;
    private final AtomicLong usedBytes = new AtomicLong();

    /** A spool whose files may hold this many bytes together. */
    public Spool(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /**
     * Creates a file with a random name, readable for its owner alone.
     *
     * @throws RefusedException if it cannot be created
     */
    Path file() throws RefusedException {
        try {
            return Files.createTempFile("streamer-", ".upload").toAbsolutePath();
        } catch (IOException e) {
            throw RefusedException.notStored(e);
        }
    }

    /**
     * Opens a file for writing; removes it if that fails.
     *
     * @throws RefusedException if it cannot be opened
     */
    OutputStream open(Path file) throws RefusedException {
        try {
            return Files.newOutputStream(file);
        } catch (IOException e) {
            remove(file);
            throw RefusedException.notStored(e);
        }
    }

    /** Removes a file; logs a warning if that fails. */
    void remove(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            System.getLogger(Spool.class.getName()).log(Level.WARNING, "cannot remove {0}: {1}", file, e);
        }
    }

    /**
     * Reserves bytes, before they are written.
     *
     * @throws RefusedException if the spool is full
     */
    void take(long bytes) throws RefusedException {
        if (usedBytes.addAndGet(bytes) > maxBytes) {
            usedBytes.addAndGet(-bytes);
            throw RefusedException.noRoom();
        }
    }

    /** Releases bytes, after their file is removed. */
    void give(long bytes) {
        usedBytes.addAndGet(-bytes);
    }
}
