package streamer.process;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The files of a process in {@code /proc} ({@code proc(5)}); this one's are those of {@link #SELF}. */
final class Proc {
    static final String ROOT = "/proc";
    static final String SELF = "self";

    private static final Pattern BLANK = Pattern.compile(" ");

    private Proc() {}

    static String path(String process, String file) {
        return ROOT + "/" + process + "/" + file;
    }

    /** All of a file, one char a byte; by a stream, since a channel takes direct memory, which streams may have used up. */
    static String read(String process, String file) throws IOException {
        try (var stream = new FileInputStream(path(process, file))) {
            return new String(stream.readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    /** What is open as this descriptor: a path, or {@code pipe:[…]} with the pipe's number. */
    static String descriptor(String process, int number) throws IOException {
        return Files.readSymbolicLink(Path.of(path(process, "fd"), Integer.toString(number)))
                .toString();
    }

    /** The name of the file that it executes, which for a script is the interpreter. */
    static String program(String process) throws IOException {
        return String.valueOf(
                Files.readSymbolicLink(Path.of(path(process, "exe"))).getFileName());
    }

    /** Whether a variable stood in its environment when it began; false if that cannot be read. */
    static boolean hasVariable(String process, String name) {
        try {
            return ("\0" + read(process, "environ")).contains("\0" + name + "=");
        } catch (IOException e) {
            return false;
        }
    }

    /** The ids of its threads' children; none where the kernel does not tell. */
    static List<String> children(String process) {
        var threads = new File(path(process, "task")).list();
        return threads == null
                ? List.of()
                : Arrays.stream(threads)
                        .flatMap(thread -> childrenOf(process, thread))
                        .toList();
    }

    private static Stream<String> childrenOf(String process, String thread) {
        try {
            var ids = read(process, "task/" + thread + "/children").strip();
            return ids.isEmpty() ? Stream.empty() : BLANK.splitAsStream(ids);
        } catch (IOException e) { // or it has exited
            return Stream.empty();
        }
    }
}
