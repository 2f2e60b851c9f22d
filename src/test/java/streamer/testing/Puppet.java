package streamer.testing;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Remote-controlled command: executes shell lines that the test sends, so that the order of events needs no clock. */
public final class Puppet implements AutoCloseable {
    private static final String LOOP = "exec 9<\"$1\"; while IFS= read -r line <&9; do eval \"$line\"; done";

    private final Path directory;
    private final Path strings;
    private final RandomAccessFile teller;

    /** A puppet that waits for its first line. */
    public Puppet() throws IOException {
        directory = Files.createTempDirectory("puppet-");
        strings = directory.resolve("strings");
        try {
            new ProcessBuilder("mkfifo", strings.toString()).start().waitFor();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        // Open for reading too, so that opening waits for nobody and the puppet sees no end of file.
        teller = new RandomAccessFile(strings.toFile(), "rw");
    }

    /** The command to run. */
    public List<String> command() {
        return Commands.sh(LOOP, strings.toString());
    }

    /** Tells it one line of shell. */
    public void tell(String line) throws IOException {
        teller.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** Tells it one line of shell and waits until it has been done. */
    public void tellAndWait(String line) throws IOException {
        var done = Files.createTempFile(directory, "done", "");
        Files.delete(done);
        tell(line + "; : >'" + done + "'");
        Wait.until("'" + line + "' is done", () -> Files.exists(done));
    }

    @Override
    public void close() throws IOException {
        teller.close();
        try (var files = Files.list(directory)) {
            for (var file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }
}
