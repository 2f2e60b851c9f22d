package streamer.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The whole program as its users start it: {@code bin/streamer} in a process of its own, on a port of its own. */
public final class Program implements AutoCloseable {
    private final Path directory;
    private final Process process;

    private Program(Path directory, Process process) {
        this.directory = directory;
        this.process = process;
    }

    /** Starts it with {@code --port 0} and these arguments. */
    public static Program start(Path directory, String... arguments) throws IOException {
        return start(directory, Map.of(), Path.of("bin/streamer"), arguments);
    }

    /** Starts it by this script, with more in its environment. */
    public static Program start(Path directory, Map<String, String> environment, Path script, String... arguments)
            throws IOException {
        var command = new ArrayList<>(List.of(script.toAbsolutePath().toString(), "--port", "0"));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectOutput(directory.resolve("out").toFile())
                .redirectError(directory.resolve("err").toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().putAll(environment);
        return new Program(directory, builder.start());
    }

    /** Where it listens; waits until it does. */
    public InetSocketAddress address() throws IOException {
        Wait.until("it listens, or ends", () -> out().contains("\n") || !process.isAlive());
        var port = out().strip().replaceFirst("Listening on http://127\\.0\\.0\\.1:(\\d+)/", "$1");
        if (!port.matches("\\d+")) {
            throw new IOException("does not listen: " + out() + err());
        }
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(port));
    }

    /** A connection on which this has been asked for. */
    public StreamClient get(String path, String... headers) throws IOException {
        return new StreamClient(address(), 0).request("GET", path, headers);
    }

    /** What it has written to its standard output. */
    public String out() throws IOException {
        return Files.readString(directory.resolve("out"));
    }

    /** What it has written to its standard error. */
    public String err() throws IOException {
        return Files.readString(directory.resolve("err"));
    }

    /** Sends it a signal. */
    public void signal(String name) throws IOException {
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                    .start()
                    .waitFor();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    /** Waits for its end; its exit code. */
    public int exitCode() throws IOException {
        try {
            if (!process.waitFor(2 * Wait.LONG.toSeconds(), TimeUnit.SECONDS)) {
                throw new IOException("does not end: " + err());
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    /** Its memory: {@code VmRSS} in bytes, as {@code proc(5)} has it. */
    public long residentBytes() throws IOException {
        return Files.readString(Path.of("/proc/" + process.pid() + "/status"))
                .lines()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                .findFirst()
                .orElseThrow();
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
