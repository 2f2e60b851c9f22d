package streamer.kept;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.OptionalInt;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import streamer.output.Ending;

/**
 * What is known of a kept run besides its output, and its file: properties, written aside and renamed, so that it is
 * whole or not there.
 *
 * @param request what was asked for
 * @param started when its command was launched
 * @param end how it ended; null if that is not known
 * @param length how long its output was at its end, in bytes
 */
record RunFile(
        KeptRequest request, Instant started, @Nullable End end, long length) {
    private static final String NAME = "run.properties";

    /** Writes it into a run's directory. */
    void write(Path directory) throws IOException {
        var properties = new Properties();
        properties.setProperty("method", request.method());
        properties.setProperty("path", request.path());
        properties.setProperty("key", request.key());
        properties.setProperty("digest", request.digest());
        properties.setProperty("started", started.toString());
        if (end != null) {
            properties.setProperty("ended", end.ending().word());
            end.ending().code().ifPresent(code -> properties.setProperty("code", Integer.toString(code)));
            properties.setProperty("millis", Long.toString(end.millis()));
            properties.setProperty("finished", end.at().toString());
            properties.setProperty("length", Long.toString(length));
        }
        var aside = directory.resolve(NAME + ".new");
        try (var out = Files.newOutputStream(aside)) {
            properties.store(out, null);
        }
        Files.move(aside, directory.resolve(NAME), StandardCopyOption.ATOMIC_MOVE);
    }

    /**
     * Reads it from a run's directory.
     *
     * @throws IOException if it is not there, or not as it was written
     */
    static RunFile read(Path directory) throws IOException {
        var properties = new Properties();
        try (var in = Files.newInputStream(directory.resolve(NAME))) {
            properties.load(in);
            return of(properties);
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new IOException(directory + ": " + e.getMessage(), e);
        }
    }

    private static RunFile of(Properties properties) {
        var request = new KeptRequest(
                value(properties, "method"),
                value(properties, "path"),
                value(properties, "key"),
                value(properties, "digest"));
        var started = Instant.parse(value(properties, "started"));
        if (properties.getProperty("ended") == null) {
            return new RunFile(request, started, null, 0);
        }
        var code = properties.getProperty("code");
        var ending = Ending.of(
                value(properties, "ended"),
                code == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(code)));
        var end = new End(
                ending, Long.parseLong(value(properties, "millis")), Instant.parse(value(properties, "finished")));
        var length = Long.parseLong(value(properties, "length"));
        if (length < 0) {
            throw new IllegalArgumentException("a length of " + length);
        }
        return new RunFile(request, started, end, length);
    }

    /** Removes it from a run's directory. */
    static void remove(Path directory) throws IOException {
        Files.deleteIfExists(directory.resolve(NAME));
    }

    /** When the run ended; {@link Instant#MAX} if that is not known. */
    Instant finished() {
        return end == null ? Instant.MAX : end.at();
    }

    private static String value(Properties properties, String name) {
        var value = properties.getProperty(name);
        if (value == null) {
            throw new IllegalArgumentException("no " + name);
        }
        return value;
    }
}
