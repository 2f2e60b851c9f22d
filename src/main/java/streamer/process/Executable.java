package streamer.process;

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
import streamer.process.LaunchException.Kind;

/** {@code PATH} search for a command's program, as {@code execvp(3)} does it in the child. */
public final class Executable {
    private static final String DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin";
    private static final Pattern INTERPRETER = Pattern.compile("#![ \\t]*([^ \\t\\r\\n]+)");
    /** Interpreter that {@code env(1)} finds in the {@code PATH}. */
    private static final Pattern BY_ENV =
            Pattern.compile("#![ \\t]*[^ \\t\\r\\n]*/env[ \\t]+([^-=\\s][^=\\s]*)[ \\t]*(\\n|$)");

    /** Part of the interpreter's name or argument then; Perl takes that for white space behind its switches. */
    private static final Pattern WINDOWS_LINE_END =
            Pattern.compile("#!(?![^\\n]*perl[^ \\t\\n]*[ \\t]+-)[^\\n]*\\r(\\n|$)");

    private static final Pattern FOR_A_SHELL = Pattern.compile("[\\s|&;<>()$`'\"*?{}=~#]");
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
        var path = searchPath == null ? DEFAULT_PATH : searchPath;
        for (var candidate : candidates(word, path)) {
            if (isExecutable(base, candidate)) {
                checkInterpreter(base, candidate, path);
                return candidate;
            }
            seen |= isSomething(base, candidate);
        }
        throw seen
                ? new LaunchException(Kind.NOT_EXECUTABLE, word + ": not executable")
                : new LaunchException(
                        Kind.NOT_FOUND,
                        (word.isBlank() ? "'" + word + "'" : word) + ": command not found" + hint(base, word));
    }

    /** What was probably meant: a line for a shell, or a file outside the {@code PATH}. */
    private static String hint(Path base, String word) {
        if (!word.isBlank() && FOR_A_SHELL.matcher(word).find()) {
            var isPlain = word.matches("[\\w\\s./:,@%+-]+");
            return "; it is started without a shell: write -- "
                    + (isPlain ? word : "sh -c '" + word.replace("'", "'\\''") + "'");
        }
        return !word.contains("/") && isFile(base, word) ? "; did you mean ./" + word + "?" : "";
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
            return isFile(base, candidate) && Files.isExecutable(base.resolve(candidate));
        } catch (InvalidPathException e) {
            return false;
        }
    }

    private static boolean isFile(Path base, String candidate) {
        try {
            return !candidate.isEmpty() && !candidate.endsWith("/") && Files.isRegularFile(base.resolve(candidate));
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

    /** Interpreter of a script ({@code #!}, {@code execve(2)}): it must be executable, and its line end Unix's. */
    private static void checkInterpreter(Path base, String candidate, String searchPath) throws LaunchException {
        try (var file = Files.newInputStream(base.resolve(candidate))) {
            var head = new String(file.readNBytes(HEAD_BYTES), StandardCharsets.ISO_8859_1);
            if (WINDOWS_LINE_END.matcher(head).lookingAt()) {
                throw new LaunchException(
                        Kind.NOT_EXECUTABLE, candidate + ": has Windows line ends; tr -d '\\r' removes them");
            }
            var direct = INTERPRETER.matcher(head);
            if (direct.lookingAt() && !isExecutable(base, direct.group(1))) {
                throw withoutInterpreter(candidate, direct.group(1));
            }
            var searched = BY_ENV.matcher(head);
            if (searched.lookingAt()
                    && candidates(searched.group(1), searchPath).stream().noneMatch(one -> isExecutable(base, one))) {
                throw withoutInterpreter(candidate, searched.group(1));
            }
        } catch (IOException e) {
            // Executable but not readable: execve(2) will tell.
        }
    }

    private static LaunchException withoutInterpreter(String candidate, String interpreter) {
        return new LaunchException(
                Kind.NOT_EXECUTABLE, candidate + ": its interpreter " + interpreter + " cannot be executed");
    }
}
