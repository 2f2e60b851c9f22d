package streamer.kept;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream.Filter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import streamer.files.LockFile;
import streamer.files.TemporaryDirectory;

/**
 * The directory of kept runs, with one in it for each; this process's alone while it is open.
 *
 * <p>Threads: any.
 */
final class Store implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Store.class.getName());
    private static final String PREFIX = "streamer-kept-";
    private static final String LOCK = "lock";
    private static final Pattern ID = Pattern.compile("[0-9a-f]{32}");
    private static final Pattern COPY = Pattern.compile(ID + "\\.\\d+");
    private static final Pattern OFFSET = Pattern.compile("\\d{1,18}");
    private static final Pattern OWN = Pattern.compile(OFFSET + "|run\\.properties(\\.new)?");

    private static final FileAttribute<?> OWNERS =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final Set<PosixFilePermission> OF_OTHERS =
            Set.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

    private final Path path;
    private final AutoCloseable owned;
    private final AtomicLong copies = new AtomicLong();

    private Store(Path path, AutoCloseable owned) {
        this.path = path;
        this.owned = owned;
    }

    /**
     * Opens a directory, which is created if there is none.
     *
     * @param path null for a temporary one
     * @throws IOException if it cannot be used, or another process uses it
     */
    static Store open(@Nullable Path path) throws IOException {
        if (path == null) {
            var temporary = TemporaryDirectory.create(PREFIX);
            return new Store(temporary.path(), temporary);
        }
        try {
            if (!Files.isDirectory(path)) {
                Files.createDirectories(path, OWNERS);
            }
            if (!Collections.disjoint(Files.getPosixFilePermissions(path), OF_OTHERS)) {
                throw new FileSystemException(path.toString(), null, "others may write there");
            }
            return new Store(path, LockFile.take(path.resolve(LOCK)));
        } catch (FileSystemException e) {
            throw new IOException("--keep-dir: " + path + ": " + why(e), e);
        }
    }

    private static String why(FileSystemException e) {
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (e instanceof FileAlreadyExistsException) {
            return "not a directory";
        }
        return e.getReason() == null ? "cannot be created" : e.getReason().toLowerCase(Locale.ROOT);
    }

    /** Removes temporary ones that other processes have left; for a background thread. */
    static void removeAbandoned() {
        TemporaryDirectory.removeAbandoned(PREFIX);
    }

    /** Where they are. */
    Path path() {
        return path;
    }

    /** The directory of a run. */
    Path directory(String id) {
        return path.resolve(id);
    }

    /** A directory for a copy of another machine's run: for each copy another, as the last may not be gone yet. */
    Path directoryOfCopy(String id) {
        return path.resolve(id + "." + copies.getAndIncrement());
    }

    /** The directories of copies that an earlier process has left. */
    List<Path> copies() throws IOException {
        return matching(path, COPY, directory -> Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS));
    }

    /** Makes the directory of a run, for its owner alone. */
    static void create(Path directory) throws IOException {
        Files.createDirectory(directory, OWNERS);
    }

    /** The directories of all runs. */
    List<Path> runs() throws IOException {
        return matching(path, ID, directory -> Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS));
    }

    /** The segments in a run's directory, in their order. */
    static List<Segment> segments(Path directory) throws IOException {
        var found = new ArrayList<Segment>();
        for (var file : matching(directory, OFFSET, one -> Files.isRegularFile(one, LinkOption.NOFOLLOW_LINKS))) {
            found.add(Segment.found(file));
        }
        found.sort(Comparator.comparingLong(Segment::start));
        return found;
    }

    private static List<Path> matching(Path directory, Pattern name, Filter<Path> kind) throws IOException {
        Filter<Path> both = file -> name.matcher(file.getFileName().toString()).matches() && kind.accept(file);
        try (var files = Files.newDirectoryStream(directory, both)) {
            var found = new ArrayList<Path>();
            files.forEach(found::add);
            return found;
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    /**
     * Removes a run's directory with its files; no effect if there is none.
     *
     * @throws IOException if it cannot be removed, as where there are others in it
     */
    static void remove(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        for (var file : matching(directory, OWN, file -> true)) {
            Files.delete(file);
        }
        Files.delete(directory);
    }

    @Override
    public void close() {
        try {
            owned.close();
        } catch (Exception e) { // as AutoCloseable has it
            LOG.log(Level.WARNING, "cannot give up {0}: {1}", path, e);
        }
    }
}
