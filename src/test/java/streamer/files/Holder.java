package streamer.files;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import streamer.testing.Wait;

/** Another process, which has taken a lock or a directory and holds it until it is killed. */
final class Holder implements AutoCloseable {
    private final Process process;
    private final String said;

    private Holder(Process process, String said) {
        this.process = process;
        this.said = said;
    }

    /** One that takes this file. */
    static Holder ofLock(Path file) throws IOException {
        return start("lock", file.toString());
    }

    /** One that has created a directory whose name begins so. */
    static Holder ofDirectory(String prefix) throws IOException {
        return start("directory", prefix);
    }

    private static Holder start(String... arguments) throws IOException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"),
                "-cp",
                System.getProperty("java.class.path"),
                Holder.class.getName()));
        command.addAll(List.of(arguments));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        return new Holder(process, String.valueOf(process.inputReader().readLine()));
    }

    /** What it has taken, or why it could not. */
    String said() {
        return said;
    }

    /** Kills it, and waits until it is gone. */
    void kill() throws IOException {
        process.destroyForcibly();
        try {
            if (!process.waitFor(Wait.LONG.toSeconds(), TimeUnit.SECONDS)) {
                throw new IOException("is not killed");
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        kill();
    }

    /** The other process. */
    public static void main(String[] arguments) throws IOException {
        try (var taken = arguments[0].equals("lock")
                ? LockFile.take(Path.of(arguments[1]))
                : TemporaryDirectory.create(arguments[1])) {
            var path = taken instanceof TemporaryDirectory directory ? directory.path() : arguments[1];
            System.out.println(path);
            System.in.read(); // until it is killed, or who has started it is gone
        } catch (Exception e) {
            System.out.println(e.getMessage());
        }
    }
}
