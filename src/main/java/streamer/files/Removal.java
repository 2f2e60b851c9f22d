package streamer.files;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** Recursive removal of files, which goes on past what it cannot remove; symbolic links are removed, not followed. */
final class Removal extends SimpleFileVisitor<Path> {
    private @Nullable IOException failure;

    /** Removes a file, or a directory with all in it. */
    void remove(Path file) throws IOException {
        Files.walkFileTree(file, this);
    }

    /** Throws what could not be removed, the others as suppressed ones of the first. */
    void check() throws IOException {
        if (failure != null) {
            throw failure;
        }
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
        return delete(file);
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) {
        return failed(e);
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e) {
        return e == null ? delete(directory) : failed(e);
    }

    private FileVisitResult delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            return failed(e);
        }
        return FileVisitResult.CONTINUE;
    }

    private FileVisitResult failed(IOException e) {
        if (e instanceof NoSuchFileException) {
            return FileVisitResult.CONTINUE; // somebody else has removed it
        }
        if (failure == null) {
            failure = e;
        } else {
            failure.addSuppressed(e);
        }
        return FileVisitResult.CONTINUE;
    }
}
