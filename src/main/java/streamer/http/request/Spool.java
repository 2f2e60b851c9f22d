package streamer.http.request;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import streamer.files.TemporaryDirectory;

/**
 * Temporary files of all current uploads, with a limit on their total size.
 *
 * <p>Threads: any.
 */
public final class Spool {
    private static final Logger LOG = System.getLogger(Spool.class.getName());
    private static final String PREFIX = "streamer-uploads-";

    private final long maxBytes;
    private final AtomicLong usedBytes = new AtomicLong();
    private @Nullable TemporaryDirectory directory; // while there are files
    private int files;

    /** A spool whose files may hold this many bytes together. */
    public Spool(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** Removes files that another process has left, as one that was killed; for a background thread. */
    public static void removeAbandoned() {
        TemporaryDirectory.removeAbandoned(PREFIX);
    }

    /**
     * Creates a file with a random name, readable for its owner alone.
     *
     * @throws RefusedException if it cannot be created
     */
    synchronized Path file() throws RefusedException {
        try {
            if (directory == null) {
                directory = TemporaryDirectory.create(PREFIX);
            }
            files++;
            return Files.createTempFile(directory.path(), "", ".upload");
        } catch (IOException e) {
            release();
            throw RefusedException.notStored(e);
        }
    }

    /** Removes the directory after its last file. */
    private synchronized void release() {
        if (directory == null || --files > 0) {
            return;
        }
        try {
            directory.close();
        } catch (IOException e) {
            LOG.log(Level.WARNING, "cannot remove the directory of uploads: {0}", e.toString());
        }
        directory = null;
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
            LOG.log(Level.WARNING, "cannot remove {0}: {1}", file, e);
        }
        release();
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
