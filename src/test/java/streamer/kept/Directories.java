package streamer.kept;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Comparator;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/** Temporary directories for the tries of a property. */
final class Directories implements AutoCloseable {
    private final Path parent;
    private int number;

    Directories() {
        try {
            parent = Files.createTempDirectory("streamer-test-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One more, in place of the last. */
    Path create() {
        try {
            empty();
            return Files.createDirectory(parent.resolve(Integer.toString(number++)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How long all files in a directory are together. */
    static long bytes(Path directory) throws IOException {
        return bytes(directory, name -> true);
    }

    /** How long those of such names are together. */
    static long bytes(Path directory, Predicate<String> names) throws IOException {
        var all = new AtomicLong();
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                all.addAndGet(names.test(file.getFileName().toString()) ? size(file) : 0);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
                return FileVisitResult.CONTINUE; // removed at this moment
            }
        });
        return all.get();
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (NoSuchFileException e) { // removed at this moment
            return 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void empty() throws IOException {
        try (var files = Files.walk(parent)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                if (!file.equals(parent)) {
                    Files.delete(file);
                }
            }
        }
    }

    @Override
    public void close() {
        try {
            empty();
            Files.delete(parent);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
