package streamer.run;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Finds the program a command's first word means, as {@code execvp(3)} would in the child's place. */
public final class Executable {
    private static final String DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin";

    private Executable() {}

    /**
     * The program's path, to be launched instead of the word: Java itself would search streamer's {@code PATH}, not the
     * child's.
     *
     * @param word the command's first word
     * @param searchPath the child's {@code PATH}; null if it has none
     * @param directory the child's working directory; null for streamer's own
     * @throws LaunchException not found, or not executable
     */
    public static String find(String word, @Nullable String searchPath, @Nullable Path directory)
            throws LaunchException {
        var base = directory == null ? Path.of("") : directory;
        if (word.contains("/")) {
            if (!isExecutable(base, word)) {
                throw missing(word, exists(base, word));
            }
            return word;
        }
        var seen = false;
        var path = searchPath == null ? DEFAULT_PATH : searchPath;
        for (var entry : path.split(Pattern.quote(File.pathSeparator), -1)) {
            var candidate = (entry.isEmpty() ? "." : entry) + "/" + word;
            if (isExecutable(base, candidate)) {
                return candidate;
            }
            seen |= exists(base, candidate);
        }
        throw missing(word, seen);
    }

    private static LaunchException missing(String word, boolean seen) {
        return seen
                ? new LaunchException(LaunchException.Kind.NOT_EXECUTABLE, word + ": not executable")
                : new LaunchException(LaunchException.Kind.NOT_FOUND, word + ": command not found");
    }

    private static boolean isExecutable(Path base, String candidate) {
        try {
            var file = base.resolve(candidate);
            return Files.isRegularFile(file) && Files.isExecutable(file);
        } catch (InvalidPathException e) {
            return false;
        }
    }

    private static boolean exists(Path base, String candidate) {
        try {
            return !candidate.endsWith("/") && Files.exists(base.resolve(candidate));
        } catch (InvalidPathException e) {
            return false;
        }
    }
}
