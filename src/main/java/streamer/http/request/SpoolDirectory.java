package streamer.http.request;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Private temporary directory, with a lock in it that the system releases when this process ends, however it does: so
 * one whose owner is gone can be told from another's.
 */
final class SpoolDirectory implements AutoCloseable {
    private static final Logger LOG = System.getLogger(SpoolDirectory.class.getName());
    private static final String PREFIX = "streamer-uploads-";
    private static final String LOCK = "lock";

    /** Names of this process's: to open and close their locks once more would release them ({@code fcntl(2)}). */
    private static final String OWN_PREFIX = PREFIX + UUID.randomUUID() + "-";

    private final Path path;
    private final FileChannel lock;

    private SpoolDirectory(Path path, FileChannel lock) {
        this.path = path;
        this.lock = lock;
    }

    /** A new one. */
    static SpoolDirectory create() throws IOException {
        while (true) {
            var path = Files.createTempDirectory(OWN_PREFIX).toAbsolutePath();
            var lock = open(path);
            var created = new SpoolDirectory(path, lock);
            if (isLocked(lock) && Files.exists(path.resolve(LOCK))) {
                return created;
            }
            created.close(); // another process has taken it for one without an owner
        }
    }

    private static FileChannel open(Path directory) throws IOException {
        try {
            return FileChannel.open(directory.resolve(LOCK), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        } catch (IOException e) { // out of descriptors
            Files.delete(directory);
            throw e;
        }
    }

    private static boolean isLocked(FileChannel lock) {
        try {
            return lock.tryLock() != null;
        } catch (IOException e) {
            return true; // no locks in this file system: then nobody else takes it either
        }
    }

    /** Creates a file with a random name, readable for its owner alone. */
    Path file() throws IOException {
        return Files.createTempFile(path, "", ".upload");
    }

    /** Removes it, if its files are. */
    @Override
    public void close() throws IOException {
        try (lock) {
            Files.deleteIfExists(path.resolve(LOCK));
            Files.deleteIfExists(path);
        }
    }

    /** Removes those of this user whose owners are gone, with all files in them. */
    static void removeAbandoned() {
        var parent = Path.of(System.getProperty("java.io.tmpdir"));
        try (var others = Files.newDirectoryStream(parent, PREFIX + "*")) {
            var candidates = new ArrayList<Path>();
            for (var other : others) {
                if (!other.getFileName().toString().startsWith(OWN_PREFIX)) {
                    candidates.add(other);
                }
            }
            if (!candidates.isEmpty()) {
                removeThoseOfThisUser(candidates);
            }
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "cannot look for abandoned uploads: {0}", e.toString());
        }
    }

    /** A directory of our own tells who this user is in the file system. */
    private static void removeThoseOfThisUser(List<Path> candidates) throws IOException {
        try (var own = create()) {
            var user = owner(own.path);
            candidates.forEach(directory -> removeIfAbandoned(directory, user));
        }
    }

    private static void removeIfAbandoned(Path directory, UserPrincipal user) {
        try {
            var isMine = Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)
                    && owner(directory).equals(user);
            if (isMine) {
                removeIfUnlocked(directory);
            }
        } catch (IOException | OverlappingFileLockException e) {
            LOG.log(Level.DEBUG, "cannot remove {0}: {1}", directory, e);
        }
    }

    private static UserPrincipal owner(Path directory) throws IOException {
        return Files.getOwner(directory, LinkOption.NOFOLLOW_LINKS);
    }

    private static void removeIfUnlocked(Path directory) throws IOException {
        try (var channel =
                        FileChannel.open(directory.resolve(LOCK), StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
                var lock = channel.tryLock();
                var files = Files.newDirectoryStream(directory, "*.upload")) {
            if (lock == null) {
                return;
            }
            for (var file : files) {
                Files.delete(file);
            }
            new SpoolDirectory(directory, channel).close();
            LOG.log(Level.INFO, "removed {0}: its owner is gone", directory);
        }
    }
}
