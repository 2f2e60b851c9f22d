package streamer.files;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
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
public final class TemporaryDirectory implements AutoCloseable {
    private static final Logger LOG = System.getLogger(TemporaryDirectory.class.getName());
    private static final String LOCK = "lock";

    /** In the names of this process's, behind the prefix: these are never abandoned. */
    private static final String OWN = UUID.randomUUID() + "-";

    private final Path path;
    private final LockFile lock;

    private TemporaryDirectory(Path path, LockFile lock) {
        this.path = path;
        this.lock = lock;
    }

    /** A new one, whose name begins so. */
    public static TemporaryDirectory create(String prefix) throws IOException {
        while (true) {
            var path = Files.createTempDirectory(prefix + OWN).toAbsolutePath();
            var created = new TemporaryDirectory(path, open(path));
            if (created.isLocked() && Files.exists(path.resolve(LOCK))) {
                return created;
            }
            created.close(); // another process has taken it for one without an owner
        }
    }

    private static LockFile open(Path directory) throws IOException {
        try {
            return LockFile.open(directory.resolve(LOCK), StandardOpenOption.CREATE_NEW);
        } catch (IOException e) { // out of descriptors
            Files.delete(directory);
            throw e;
        }
    }

    private boolean isLocked() {
        try {
            return lock.tryLock();
        } catch (IOException e) {
            return true; // no locks in this file system: then nobody else takes it either
        }
    }

    /** Where it is; absolute. */
    public Path path() {
        return path;
    }

    /**
     * Removes it, with all that is in it.
     *
     * @throws IOException what could not be removed; the rest is
     */
    @Override
    public void close() throws IOException {
        try (lock) {
            removeContent();
            Files.deleteIfExists(path.resolve(LOCK)); // last: what is left of a removal is removed by another process
            Files.deleteIfExists(path);
        }
    }

    private void removeContent() throws IOException {
        var removal = new Removal();
        for (var entry : content()) {
            removal.remove(entry);
        }
        removal.check();
    }

    private List<Path> content() {
        try (var entries = Files.newDirectoryStream(path, entry -> !entry.endsWith(LOCK))) {
            return list(entries);
        } catch (IOException e) {
            return List.of(); // it is gone; or out of descriptors: then there may be nothing in it
        }
    }

    private static List<Path> list(DirectoryStream<Path> entries) throws IOException {
        var list = new ArrayList<Path>();
        try {
            entries.forEach(list::add);
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return list;
    }

    /** Removes those of this user whose names begin so and whose owners are gone, with all that is in them. */
    public static void removeAbandoned(String prefix) {
        var parent = Path.of(System.getProperty("java.io.tmpdir"));
        try (var others = Files.newDirectoryStream(parent, directory -> isOthers(directory, prefix))) {
            var candidates = list(others);
            if (!candidates.isEmpty()) {
                removeThoseOfThisUser(candidates, prefix);
            }
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "cannot look for what others have left: {0}", e.toString());
        }
    }

    private static boolean isOthers(Path directory, String prefix) {
        var name = directory.getFileName().toString();
        return name.startsWith(prefix) && !name.startsWith(prefix + OWN);
    }

    private static void removeThoseOfThisUser(List<Path> candidates, String prefix) throws IOException {
        var user = userOf(prefix);
        candidates.forEach(directory -> removeIfAbandoned(directory, user));
    }

    /** Who this user is in the file system; a directory tells, which is gone before others are: this process may end. */
    private static UserPrincipal userOf(String prefix) throws IOException {
        try (var own = create(prefix)) {
            return owner(own.path);
        }
    }

    private static void removeIfAbandoned(Path directory, UserPrincipal user) {
        try {
            var isMine = Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)
                    && owner(directory).equals(user);
            if (isMine) {
                removeIfUnlocked(directory);
            }
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "cannot remove {0}: {1}", directory, e);
        }
    }

    private static UserPrincipal owner(Path directory) throws IOException {
        return Files.getOwner(directory, LinkOption.NOFOLLOW_LINKS);
    }

    private static void removeIfUnlocked(Path directory) throws IOException {
        try (var lock = LockFile.open(directory.resolve(LOCK))) {
            if (lock.tryLock()) {
                new TemporaryDirectory(directory, lock).close();
                LOG.log(Level.INFO, "removed {0}: its owner is gone", directory);
            }
        }
    }
}
