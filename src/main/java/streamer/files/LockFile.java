package streamer.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * File that is locked for this process, until it is closed or the process ends, however it does: the system releases
 * the lock. The file itself stays.
 *
 * <p>Threads: any.
 */
public final class LockFile implements AutoCloseable {
    /** Those that are open: to open and close one once more would release its lock ({@code fcntl(2)}). */
    private static final Set<Path> OPEN = ConcurrentHashMap.newKeySet();

    private static final FileAttribute<?> OWNERS =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path file;
    private final FileChannel channel;

    private LockFile(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Locks a file, which is created if there is none, readable for its owner alone.
     *
     * @throws FileSystemException with a reason to read, if another process or this one has locked it
     * @throws IOException if it cannot be opened, or there are no locks in its file system
     */
    public static LockFile take(Path file) throws IOException {
        var opened = open(file, StandardOpenOption.CREATE);
        var isTaken = false;
        try {
            isTaken = opened.tryLock();
        } finally {
            if (!isTaken) {
                opened.close();
            }
        }
        if (!isTaken) {
            throw new FileSystemException(file.toString(), null, "in use by another process");
        }
        return opened;
    }

    /** Opens it, not locked yet; a symbolic link is none. */
    static LockFile open(Path file, OpenOption... more) throws IOException {
        var directory = file.toAbsolutePath().resolveSibling("");
        var place = directory.toRealPath().resolve(file.getFileName());
        if (!OPEN.add(place)) {
            throw new FileSystemException(file.toString(), null, "in use by this process");
        }
        try {
            return new LockFile(place, FileChannel.open(place, options(more), OWNERS));
        } catch (IOException | RuntimeException e) {
            OPEN.remove(place);
            throw e;
        }
    }

    private static Set<OpenOption> options(OpenOption... more) {
        var options = new HashSet<OpenOption>(List.of(more));
        options.add(StandardOpenOption.WRITE);
        options.add(LinkOption.NOFOLLOW_LINKS);
        return options;
    }

    /** Locks it, unless another process has. */
    boolean tryLock() throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) { // the same file by another path
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        if (!channel.isOpen()) {
            return;
        }
        try {
            channel.close();
        } finally {
            OPEN.remove(file);
        }
    }
}
