package streamer.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Result of an external client program.
 *
 * @param code its exit code
 * @param out what it wrote, errors included
 */
public record Tool(int code, String out) {
    /** Runs a client to its end, which must come within twice {@link Wait#LONG}. */
    public static Tool run(String... command) throws IOException {
        var out = Files.createTempFile("tool-", ".out");
        var process = new ProcessBuilder(List.of(command))
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        try {
            if (!process.waitFor(2 * Wait.LONG.toSeconds(), TimeUnit.SECONDS)) {
                throw new IOException(command[0] + " does not end: " + Files.readString(out));
            }
            return new Tool(process.exitValue(), Files.readString(out));
        } catch (InterruptedException e) {
            throw new IOException(e);
        } finally {
            process.destroyForcibly();
            Files.delete(out);
        }
    }
}
