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
import java.util.stream.Stream;

/** The program as a process, as users start it: {@code bin/streamer}, on a free port. */
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
        signal(name, Stream.of(process.toHandle()));
    }

    /** Sends a signal to it and to each of its descendants. */
    public void signalAll(String name) throws IOException {
        signal(name, Stream.concat(process.descendants(), Stream.of(process.toHandle())));
    }

    private static void signal(String name, Stream<ProcessHandle> processes) throws IOException {
        var command = new ArrayList<>(List.of("kill", "-" + name));
        processes.map(one -> Long.toString(one.pid())).forEach(command::add);
        try {
            new ProcessBuilder(command).start().waitFor();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    /** Waits for its exit; the exit code. */
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

    /** Its live descendants, as {@code pid command}. */
    public List<String> descendants() {
        return process.descendants()
                .filter(ProcessHandle::isAlive)
                .map(child -> child.pid() + " " + child.info().commandLine().orElse("?"))
                .toList();
    }

    /** The names of its threads. */
    public List<String> threads() throws IOException {
        var names = new ArrayList<String>();
        try (var tasks = Files.newDirectoryStream(proc("task"))) {
            for (var task : tasks) {
                names.add(name(task));
            }
        }
        return names;
    }

    private static String name(Path task) {
        try {
            return Files.readString(task.resolve("comm")).strip();
        } catch (IOException e) {
            return "one that has just ended";
        }
    }

    /** The files of its open descriptors. */
    public List<String> descriptors() throws IOException {
        var targets = new ArrayList<String>();
        try (var links = Files.newDirectoryStream(proc("fd"))) {
            for (var link : links) {
                targets.add(target(link));
            }
        }
        return targets;
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            return "one that has just been closed";
        }
    }

    private Path proc(String name) {
        return Path.of("/proc", Long.toString(process.pid()), name);
    }

    /** Live bytes on its heap, after a garbage collection. */
    public long liveBytes() throws IOException {
        var jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        var histogram = Tool.run(jcmd, Long.toString(process.pid()), "GC.class_histogram");
        return histogram
                .out()
                .lines()
                .filter(line -> line.startsWith("Total "))
                .mapToLong(line -> Long.parseLong(line.strip().replaceFirst(".* ", "")))
                .findFirst()
                .orElseThrow(() -> new IOException(histogram.out()));
    }

    /** Resident set size in bytes: {@code VmRSS} in {@code proc(5)}. */
    public long residentBytes() throws IOException {
        return Files.readString(proc("status"))
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
