package streamer.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What {@code stdbuf -oL} ({@code stdbuf(1)}) does, for a command and all that it starts: GNU coreutils' library,
 * preloaded ({@code ld.so(8)}), has programs that use C's stdio write by lines, unless they are linked statically or
 * have other rights than who started them.
 */
public final class LineBuffering {
    /** The variable that tells the library how standard output is to be buffered. */
    static final String MODE = "_STDBUF_O";

    private static final String LIBRARY = "coreutils/libstdbuf.so";

    private LineBuffering() {}

    /** Drops what another one has said of it. */
    public static void dropFrom(Map<String, String> environment) {
        environment.remove(MODE);
    }

    /**
     * Adds it to an environment, behind the libraries that are preloaded there already.
     *
     * @throws IOException if the library is not there; its message is one line that says so
     */
    public static void addTo(Map<String, String> environment) throws IOException {
        if (!"Linux".equals(System.getProperty("os.name"))) {
            throw new IOException("needs Linux");
        }
        var library = find(environment.get("PATH"));
        environment.merge(
                "LD_PRELOAD", library.toString(), (before, own) -> before.isBlank() ? own : before + ":" + own);
        environment.putIfAbsent(MODE, "L");
    }

    /** Where {@code stdbuf} looks for it: beside itself, or where most systems have it. */
    private static Path find(@Nullable String searchPath) throws IOException {
        return Stream.concat(stdbuf(searchPath), Stream.of(Path.of("/usr")))
                .flatMap(root -> Stream.of(root.resolve("libexec"), root.resolve("lib")))
                .map(directory -> directory.resolve(LIBRARY))
                .filter(Files::isRegularFile)
                .findFirst()
                .orElseThrow(() -> new IOException("there is no libstdbuf.so; it comes with GNU coreutils"));
    }

    /** The directory above that of {@code stdbuf}; none without it. */
    private static Stream<Path> stdbuf(@Nullable String searchPath) throws IOException {
        try {
            var program = Path.of(Executable.find("stdbuf", searchPath, null)).toRealPath();
            return Stream.ofNullable(program.getParent())
                    .flatMap(directory -> Stream.ofNullable(directory.getParent()));
        } catch (LaunchException e) {
            return Stream.empty();
        }
    }
}
