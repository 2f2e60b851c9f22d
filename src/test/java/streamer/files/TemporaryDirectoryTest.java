package streamer.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import streamer.testing.NothingLeft;

@ExtendWith(NothingLeft.class)
class TemporaryDirectoryTest {
    private final String prefix = "streamer-test-" + UUID.randomUUID() + "-";

    @TempDir
    private Path elsewhere;

    @Test
    void isPrivate() throws IOException {
        try (var directory = TemporaryDirectory.create(prefix)) {
            assertThat(directory.path()).isAbsolute().hasParent(Path.of(System.getProperty("java.io.tmpdir")));
            assertThat(directory.path().getFileName().toString()).startsWith(prefix);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.path())))
                    .isEqualTo("rwx------");
        }
    }

    @Test
    void isRemovedWithAllInIt() throws IOException {
        var directory = TemporaryDirectory.create(prefix);
        fill(directory.path());
        directory.close();
        assertThat(directory.path()).doesNotExist();
        assertThat(elsewhere.resolve("file")).exists();
    }

    /** Files, in subdirectories too, and a link to what is somebody else's. */
    private void fill(Path directory) throws IOException {
        var inner = Files.createDirectories(directory.resolve("run/lock"));
        Files.writeString(directory.resolve("run/0"), "some");
        Files.writeString(inner.resolve("lock"), "more");
        Files.writeString(elsewhere.resolve("file"), "another's");
        Files.createSymbolicLink(inner.resolve("link"), elsewhere);
    }

    /** And its lock stays, so that another process may find it. */
    @Test
    @DisabledIfSystemProperty(named = "user.name", matches = "root")
    void tellsWhatCannotBeRemoved() throws IOException {
        var directory = TemporaryDirectory.create(prefix);
        fill(directory.path());
        var run = directory.path().resolve("run");
        Files.setPosixFilePermissions(run, PosixFilePermissions.fromString("r-x------"));
        assertThatThrownBy(directory::close)
                .isInstanceOf(FileSystemException.class)
                .hasMessageContaining(run.toString());
        assertThat(run.resolve("lock/lock")).doesNotExist();
        assertThat(directory.path().resolve("lock")).exists();

        Files.setPosixFilePermissions(run, PosixFilePermissions.fromString("rwx------"));
        directory.close();
        assertThat(directory.path()).doesNotExist();
    }

    @Test
    void mayBeGoneBeforeItIsRemoved() throws IOException {
        var directory = TemporaryDirectory.create(prefix);
        Files.delete(directory.path().resolve("lock"));
        Files.delete(directory.path());
        directory.close();
    }

    @Test
    void isLeftToItsOwner() throws IOException {
        try (var own = TemporaryDirectory.create(prefix);
                var other = Holder.ofDirectory(prefix)) {
            TemporaryDirectory.removeAbandoned(prefix);
            assertThat(own.path()).isNotEmptyDirectory();
            assertThat(Path.of(other.said())).isNotEmptyDirectory();
            other.kill();
            TemporaryDirectory.removeAbandoned(prefix);
            assertThat(own.path()).isNotEmptyDirectory();
        }
    }

    @Test
    void isRemovedWithAllInItWhenItsOwnerIsGone() throws IOException {
        try (var other = Holder.ofDirectory(prefix)) {
            var path = Path.of(other.said());
            fill(path);
            other.kill();
            TemporaryDirectory.removeAbandoned("another-" + prefix);
            assertThat(path).exists();
            TemporaryDirectory.removeAbandoned(prefix);
            assertThat(path).doesNotExist();
            assertThat(elsewhere.resolve("file")).exists();
        }
    }
}
