package streamer.http.access;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.List;

/**
 * Reloading: a value read from files, and read again when they change. If they cannot be used then, say because only
 * one of two has been replaced, the old value stays.
 *
 * <p>Threads: any; the files are checked at most once a second, by a caller of {@link #value}.
 */
public final class WatchedFiles<T> {
    private static final Logger LOG = System.getLogger(WatchedFiles.class.getName());
    private static final long PERIOD_NANOS = Duration.ofSeconds(1).toNanos();

    private final List<Path> files;
    private final Reader<T> reader;
    private long checkedNanos = System.nanoTime();
    private List<String> stamps;
    private List<String> badStamps = List.of();
    private T value;

    /** Reads the files into a value. */
    public interface Reader<T> {
        /**
         * Reads them.
         *
         * @throws FileException if one cannot be used
         */
        T read() throws FileException;
    }

    /**
     * Reads the files for the first time.
     *
     * @throws FileException if they cannot be used
     */
    public WatchedFiles(List<Path> files, Reader<T> reader) throws FileException {
        this.files = files;
        this.reader = reader;
        stamps = stamps();
        value = reader.read();
    }

    /** The value of the files as they were at most a second ago. */
    public synchronized T value() {
        var now = System.nanoTime();
        if (now - checkedNanos >= PERIOD_NANOS) {
            checkedNanos = now;
            check();
        }
        return value;
    }

    private void check() {
        var found = stamps();
        if (found.equals(stamps)) {
            return;
        }
        try {
            value = reader.read();
            stamps = found;
            LOG.log(Level.INFO, "read again: {0}", files);
        } catch (FileException e) { // tried again later: it may become readable, or valid, unchanged
            if (!found.equals(badStamps)) {
                badStamps = found;
                LOG.log(Level.WARNING, "not read again: {0}", e.getMessage());
            }
        }
    }

    private List<String> stamps() {
        return files.stream().map(WatchedFiles::stamp).toList();
    }

    private static String stamp(Path file) {
        try {
            var attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return attributes.lastModifiedTime() + " " + attributes.size() + " " + attributes.fileKey();
        } catch (IOException e) {
            return "";
        }
    }

    /**
     * The text of a file in UTF-8; malformed bytes become U+FFFD.
     *
     * @throws FileException if it cannot be read
     */
    public static String text(Path file) throws FileException {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            throw new FileException(file, "no such file");
        } catch (IOException e) {
            throw new FileException(file, "cannot be read");
        }
    }
}
