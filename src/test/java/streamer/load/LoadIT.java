package streamer.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import streamer.testing.NothingLeft;
import streamer.testing.Program;
import streamer.testing.StreamClient;
import streamer.testing.Wait;

/**
 * Soak test: the program under a mixed load, with every byte of its output checked; {@code load.minutes} in all, a third
 * of them for each {@link Service}. {@code load.seed} repeats the choices of an earlier test; the reports are
 * {@code target/load-*.txt}.
 */
@Tag("hostile")
@Tag("long")
@ExtendWith(NothingLeft.class)
class LoadIT {
    private static final int CLIENTS = 200;
    private static final int MAX_RUNS = 100;
    private static final double SECONDS =
            Double.parseDouble(System.getProperty("load.seconds", "" + 60 * Integer.getInteger("load.minutes", 1)))
                    / Service.values().length;
    private static final long SEED = Long.getLong("load.seed", System.nanoTime());

    /** Idle threads end by themselves: ours after 5 s, those of the JDK that wait for children after 60 s. */
    private static final Duration IDLE_THREADS_END = Duration.ofSeconds(90);

    /** Timers of closed connections, which hold on to them, run out after 100 s at most. */
    private static final Duration CLOSED_CONNECTIONS_GO = Duration.ofMinutes(2);

    private static final String MARK = "LOAD_OF=" + System.nanoTime();

    /** The JVM's compiler and collector take threads, and give them back, as they like. */
    private static final int SPARE_THREADS = 6;

    /** What the JVM opens when it first needs it. */
    private static final int SPARE_DESCRIPTORS = 2;

    /** The one that listens, the JDK's that takes the place of one being closed, and that of {@code jcmd}. */
    private static final int OWN_SOCKETS = 3;

    /** What is filled once: a short load looks for the first time before that is done. */
    private static final long SPARE_HEAP_BYTES = 8_000_000;

    @TempDir
    private Path directory;

    private final Tally tally = new Tally();
    private final List<String> figures = new ArrayList<>();
    private long mostResidentBytes;

    @ParameterizedTest
    @EnumSource
    @Timeout(value = 1, unit = TimeUnit.DAYS)
    void everyByteComesAndNothingIsLeft(Service service) throws Exception {
        assumeFalse(service.visits().isEmpty());
        Files.createDirectory(files());
        try (var program = start(service)) {
            try {
                play(program, service);
            } finally {
                write(program, service);
            }
            program.signal("TERM");
            assertThat(program.exitCode()).isEqualTo(143);
            assertThat(files()).isEmptyDirectory();
        }
    }

    private Path files() {
        return directory.resolve("files");
    }

    private void play(Program program, Service service) throws Exception {
        var load = new Load(program.address(), service, tally, SEED);
        load.play(10, 2, () -> {});
        var rested = figuresAtRest(program, "after a short time");
        load.play(CLIENTS, SECONDS / 5, () -> look(program));
        var early = figuresAtRest(program, "after a fifth");
        load.play(CLIENTS, SECONDS * 4 / 5, () -> look(program));
        try (var next = program.get("/?kind=seq&n=1&end=0")) {
            assertThat(next.text()).isEqualTo("1\n");
        }
        var last = figuresAtRest(program, "at the end");
        assertThat(tally.wrongs()).isEmpty();
        assertThat(tally.wrongLines(program.err())).isEmpty();
        assertThat(program.err()).doesNotContain(" SEVERE ", "Exception", "OutOfMemoryError");
        assertThat(last.threads).hasSizeLessThanOrEqualTo(rested.threads.size() + SPARE_THREADS);
        assertThat(last.descriptors).hasSizeLessThanOrEqualTo(rested.descriptors.size() + SPARE_DESCRIPTORS);
        Wait.within(
                CLOSED_CONNECTIONS_GO,
                "the heap has become no larger",
                () -> program.liveBytes() < early.heapBytes + SPARE_HEAP_BYTES);
        Wait.within(
                IDLE_THREADS_END,
                "idle threads end",
                () -> program.threads().stream().noneMatch(LoadIT::isIdle));
    }

    private Program start(Service service) throws IOException {
        System.out.println("seed " + SEED);
        var mark = MARK.split("=", 2);
        var environment = Map.of("JAVA_OPTS", "-Xmx64m -Djava.io.tmpdir=" + files(), mark[0], mark[1]);
        var arguments = new ArrayList<>(List.of("--max-runs", "" + MAX_RUNS, "--kill-after", "1s"));
        arguments.addAll(service.options());
        arguments.add("--");
        arguments.addAll(Order.command());
        return Program.start(directory, environment, Path.of("bin/streamer"), arguments.toArray(String[]::new));
    }

    private void look(Program program) throws IOException {
        mostResidentBytes = Math.max(mostResidentBytes, program.residentBytes());
    }

    /** What it holds when no run is left and nothing of what ends by itself. */
    private record Figures(List<String> threads, List<String> descriptors, long heapBytes) {}

    private Figures figuresAtRest(Program program, String when) throws IOException {
        Wait.until(
                "no process is left: " + program.descendants(),
                () -> program.descendants().isEmpty());
        Wait.until("no process is left that lost its parent", () -> marked().isEmpty());
        Wait.until("all that is kept can be forgotten", () -> forgetAll(program));
        assertThat(left()).isEmpty();
        Wait.until("connections are closed", () -> sockets(program) <= OWN_SOCKETS);
        var heapBytes = program.liveBytes();
        var now = new Figures(others(program.threads()), program.descriptors(), heapBytes);
        figures.add(String.format(
                "%s: %d threads, %d descriptors, %,d bytes of heap, %,d resident%n",
                when, now.threads.size(), now.descriptors.size(), now.heapBytes, program.residentBytes()));
        return now;
    }

    /** Has the program forget all runs that it keeps; false if one has not ended yet. */
    private boolean forgetAll(Program program) throws IOException {
        try (var client = new StreamClient(program.address(), 0);
                var found = Files.walk(files())) {
            var kept = found.map(path -> path.getFileName().toString())
                    .filter(name -> name.matches("[0-9a-f]{32}"))
                    .toList();
            for (var run : kept) {
                if (client.next()
                                .request("DELETE", "/-/runs/" + run + "/output")
                                .status()
                        != 204) {
                    return false;
                }
            }
            return true;
        }
    }

    private List<Path> left() throws IOException {
        try (var found = Files.walk(files())) {
            return found.filter(path -> Files.isRegularFile(path) && !path.endsWith("lock"))
                    .toList();
        }
    }

    private static long sockets(Program program) throws IOException {
        return program.descriptors().stream()
                .filter(open -> open.startsWith("socket:"))
                .count();
    }

    private static List<String> others(List<String> threads) {
        return threads.stream().filter(thread -> !isIdle(thread)).toList();
    }

    private static boolean isIdle(String thread) {
        return thread.matches("(run|body)-.*|process reaper");
    }

    /** Processes of runs that have lost their parents, perhaps. */
    private static List<String> marked() throws IOException {
        var found = new ArrayList<String>();
        try (var processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (var process : processes) {
                var environment = "\0" + environment(process);
                if (environment.contains("\0" + MARK + "\0") && environment.contains("\0STREAMER_RUN=")) {
                    found.add(process.toString());
                }
            }
        }
        return found;
    }

    private static String environment(Path process) {
        try {
            return Files.readString(process.resolve("environ"), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return ""; // gone, or another user's
        }
    }

    private void write(Program program, Service service) throws IOException {
        var text = new StringBuilder(
                service + ", seed " + SEED + ", " + SECONDS + " s, " + CLIENTS + " clients\n" + tally);
        figures.forEach(text::append);
        text.append(String.format("most resident: %,d bytes%n", mostResidentBytes));
        text.append(program.err()
                        .lines()
                        .filter(line -> line.contains("ended="))
                        .count())
                .append(" access lines\n");
        program.err()
                .lines()
                .filter(line -> !line.matches(".* (GET|POST|DELETE) .*|.* run [0-9a-f]{32}: exit=.*"))
                .distinct()
                .limit(50)
                .forEach(line -> text.append(line).append('\n'));
        tally.wrongs().forEach(wrong -> text.append("WRONG ").append(wrong).append('\n'));
        Files.writeString(Path.of("target/load-" + service + ".txt"), text);
        Files.writeString(Path.of("target/load-" + service + ".log"), program.err());
        System.out.print(text);
    }
}
