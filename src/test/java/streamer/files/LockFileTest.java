package streamer.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import streamer.testing.NothingLeft;

@ExtendWith(NothingLeft.class)
class LockFileTest {
    @TempDir
    private Path directory;

    private Path file = Path.of("");

    @BeforeEach
    void name() {
        file = directory.resolve("lock");
    }

    @Test
    void isItsOwnersAlone() throws IOException {
        var lock = LockFile.take(file);
        try (lock) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
        }
        LockFile.take(file).close(); // there is one already
    }

    @Test
    void isNotTakenWhileAnotherProcessHasIt() throws IOException {
        try (var other = Holder.ofLock(file)) {
            assertThat(other.said()).isEqualTo(file.toString());
            assertThatThrownBy(() -> LockFile.take(file))
                    .isInstanceOf(FileSystemException.class)
                    .hasMessage(file + ": in use by another process");
        }
        LockFile.take(file).close();
    }

    @Test
    void isNotTakenTwiceByOneProcessAndStaysLockedForOthers() throws IOException {
        var link = Files.createSymbolicLink(directory.resolve("link"), directory);
        var lock = LockFile.take(file);
        try (lock) {
            for (var same : new Path[] {file, link.resolve("lock")}) {
                assertThatThrownBy(() -> LockFile.take(same)).hasMessage(same + ": in use by this process");
            }
            try (var other = Holder.ofLock(file)) {
                assertThat(other.said()).isEqualTo(file + ": in use by another process");
            }
        }
        try (var other = Holder.ofLock(file)) {
            assertThat(other.said()).isEqualTo(file.toString());
        }
    }

    @Test
    void isNoSymbolicLink() throws IOException {
        Files.createSymbolicLink(file, directory.resolve("elsewhere"));
        assertThatThrownBy(() -> LockFile.take(file)).isInstanceOf(IOException.class);
        assertThat(directory.resolve("elsewhere")).doesNotExist();
    }
}
