package streamer.run;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import streamer.run.LaunchException.Kind;

/** {@code PATH} search for a command's program, as {@code execvp(3)} does it in the child. */
public final class Executable {
    private static final String DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin";
    private static final Pattern INTERPRETER = Pattern.compile("#![ \\t]*([^ \\t\\r\\n]+)");
    private static final int HEAD_BYTES = 256;

    private Executable() {}

    /**
     * The path of the program, to be launched instead of the word: Java would search streamer's own {@code PATH}, not
     * the child's.
     *
     * @param word the command's first word
     * @param searchPath the child's {@code PATH}; null if it has none
     * @param directory the child's working directory; null for streamer's own
     * @throws LaunchException if it is not found, or not executable
     */
    public static String find(String word, @Nullable String searchPath, @Nullable Path directory)
            throws LaunchException {
        var base = directory == null ? Path.of("") : directory;
        var seen = false;
        for (var candidate : candidates(word, searchPath == null ? DEFAULT_PATH : searchPath)) {
            if (isExecutable(base, candidate)) {
                checkInterpreter(base, candidate);
                return candidate;
            }
            seen |= isSomething(base, candidate);
        }
        throw seen
                ? new LaunchException(Kind.NOT_EXECUTABLE, word + ": not executable")
                : new LaunchException(Kind.NOT_FOUND, (word.isEmpty() ? "''" : word) + ": command not found");
    }

    private static List<String> candidates(String word, String searchPath) {
        if (word.contains("/")) {
            return List.of(word);
        }
        return word.isEmpty()
                ? List.of()
                : Arrays.stream(searchPath.split(Pattern.quote(File.pathSeparator), -1))
                        .map(entry -> (entry.isEmpty() ? "." : entry) + "/" + word)
                        .toList();
    }

    private static boolean isExecutable(Path base, String candidate) {
        try {
            var file = base.resolve(candidate);
            return !candidate.endsWith("/") && Files.isRegularFile(file) && Files.isExecutable(file);
        } catch (InvalidPathException e) {
            return false;
        }
    }

    /** Whether the file exists, or may exist in a directory that cannot be searched. */
    private static boolean isSomething(Path base, String candidate) {
        try {
            return !Files.notExists(base.resolve(candidate));
        } catch (InvalidPathException e) {
            return false;
        }
    }

    /** Interpreter of a script ({@code #!}, {@code execve(2)}): it must be executable. */
    private static void checkInterpreter(Path base, String candidate) throws LaunchException {
        try (var file = Files.newInputStream(base.resolve(candidate))) {
            var head = new String(file.readNBytes(HEAD_BYTES), StandardCharsets.ISO_8859_1);
            var matcher = INTERPRETER.matcher(head);
            if (matcher.lookingAt() && !isExecutable(base, matcher.group(1))) {
                throw new LaunchException(
                        Kind.NOT_EXECUTABLE,
                        candidate + ": its interpreter " + matcher.group(1) + " cannot be executed");
            }
        } catch (IOException e) {
            // Executable but not readable: execve(2) will tell.
        }
    }
}
