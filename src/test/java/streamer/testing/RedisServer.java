package streamer.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** A Redis server of the system as a process, on a free port, with a directory of its own. */
public final class RedisServer implements AutoCloseable {
    private static final Set<Long> RUNNING = ConcurrentHashMap.newKeySet();

    private final Path directory = Files.createTempDirectory("redis-");
    private final int port;
    private final List<String> options;
    private Process process;

    private RedisServer(List<String> options) throws IOException {
        this.options = options;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        process = launch();
    }

    /** Starts one with options, as its command line has them, and waits until it answers. */
    public static RedisServer start(String... options) throws IOException {
        return new RedisServer(List.of(options));
    }

    private Process launch() throws IOException {
        var command = new ArrayList<>(List.of(
                "redis-server",
                "--port",
                Integer.toString(port),
                "--bind",
                "127.0.0.1",
                "--dir",
                directory.toString(),
                "--save",
                ""));
        command.addAll(options);
        var launched = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("log").toFile())
                .start();
        RUNNING.add(launched.pid());
        Wait.until("Redis answers, or ends", () -> !launched.isAlive() || isReady());
        if (!launched.isAlive()) {
            throw new IOException("does not start: " + Files.readString(directory.resolve("log")));
        }
        return launched;
    }

    /** Whether a process is one that has been started and not been killed. */
    static boolean isOne(long process) {
        return RUNNING.contains(process);
    }

    private boolean isReady() throws IOException {
        var answer = cli("PING");
        return answer.contains("PONG") || answer.contains("NOAUTH");
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    /** Its URL, without a path. */
    public String url() {
        return "redis://127.0.0.1:" + port;
    }

    /** Sends it a signal. */
    public void signal(String name) throws IOException {
        Tool.run("kill", "-" + name, Long.toString(process.pid()));
    }

    /** Kills it, and waits until it has gone. */
    public void kill() throws IOException {
        process.destroyForcibly();
        try {
            if (!process.waitFor(Wait.LONG.toSeconds(), TimeUnit.SECONDS)) {
                throw new IOException("Redis does not end");
            }
            RUNNING.remove(process.pid());
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    /** Starts it again after {@link #kill}, with what it has on its disk. */
    public void startAgain() throws IOException {
        process = launch();
    }

    /** Starts it again after {@link #kill}, with nothing. */
    public void startEmpty() throws IOException {
        clear();
        startAgain();
    }

    /** Starts it after {@link #kill} with what another one has saved. */
    public void startFrom(Path dump) throws IOException {
        clear();
        Files.copy(dump, directory.resolve("dump.rdb"));
        startAgain();
    }

    private void clear() throws IOException {
        try (var files = Files.walk(directory)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                if (!file.equals(directory)) {
                    Files.delete(file);
                }
            }
        }
    }

    /** Removes all that it has. */
    public void flush() throws IOException {
        cli("FLUSHALL");
    }

    /** What {@code redis-cli} says to a command. */
    public String cli(String... command) throws IOException {
        var line = new ArrayList<>(List.of("redis-cli", "-p", Integer.toString(port)));
        line.addAll(Arrays.asList(command));
        return Tool.run(line.toArray(String[]::new)).out().strip();
    }

    @Override
    public void close() throws IOException {
        kill();
        clear();
        Files.delete(directory);
    }
}
