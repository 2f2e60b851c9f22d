package streamer.kept;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import streamer.output.Ending;
import streamer.output.Ending.Reason;
import streamer.run.Runs;
import streamer.testing.NothingLeft;
import streamer.testing.Wait;

@ExtendWith(NothingLeft.class)
class KeptRunsTest {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final KeptRequest REQUEST = new KeptRequest("GET", "/", "", "digest");
    private static final Ending GOOD = new Ending.Exited(0);
    private static final byte[] OUTPUT = Bytes.of(1_000_000);

    private final Runs runs = new Runs(2_000, 0, Duration.ZERO);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<KeptRuns> opened = new ArrayList<>();
    private final Queue<KeptRun> begun = new ConcurrentLinkedQueue<>();

    @TempDir
    private Path directory;

    @AfterEach
    void close() throws InterruptedException {
        opened.forEach(KeptRuns::close);
        threads.shutdown();
        assertThat(threads.awaitTermination(Wait.LONG.toSeconds(), TimeUnit.SECONDS))
                .isTrue();
        runs.close();
    }

    private KeptRuns open(Duration time, long runBytes, long totalBytes) throws IOException {
        var kept = KeptRuns.open(new KeepConfig(time, HOUR, runBytes, totalBytes, directory, false), null);
        opened.add(kept);
        return kept;
    }

    private KeptRuns open(Duration time) throws IOException {
        return open(time, 16_000, 1_000_000);
    }

    /** Takes them up as the next process would. */
    private KeptRuns reopen(Duration time) throws IOException {
        opened.forEach(KeptRuns::close);
        return open(time);
    }

    private KeptRun begin(KeptRuns kept) throws IOException {
        var place = kept.place(REQUEST, false, runs::admit).orElseThrow();
        Objects.requireNonNull(place.admitted()).close(); // what is kept does not depend on it
        place.run().open();
        begun.add(place.run());
        return place.run();
    }

    private static void append(KeptRun run, int length) throws IOException {
        var from = (int) run.log().next();
        run.log().append(ByteBuffer.wrap(OUTPUT, from, length));
    }

    private KeptRun ended(KeptRuns kept, int length) throws IOException {
        var run = begin(kept);
        append(run, length);
        run.end(GOOD, 1);
        return run;
    }

    private static void assertHolds(KeptRun run, long first, long next) throws IOException {
        assertThat(run.log().next()).isEqualTo(next);
        assertThat(run.log().first()).isEqualTo(first);
        assertThat(Bytes.read(run.log(), first)).isEqualTo(Arrays.copyOfRange(OUTPUT, (int) first, (int) next));
    }

    private static @Nullable Ending ending(KeptRun run) {
        var end = run.log().end();
        return end == null ? null : end.ending();
    }

    /** How long all outputs are, on disk. */
    private long outputBytes() throws IOException {
        return Directories.bytes(directory, file -> file.matches("\\d+"));
    }

    // Limits

    @ParameterizedTest
    @ValueSource(longs = {20, 3_600_000})
    void fiftyAtOnceNeverTakeMoreThanTheTotal(long keptMillis) throws IOException {
        var total = 200_000;
        var kept = open(Duration.ofMillis(keptMillis), 16_000, total);
        for (var round = 0; round < 2; round++) {
            var working = new ArrayList<CompletableFuture<Void>>();
            for (var i = 0; i < 50; i++) {
                var random = new Random(50 * round + i);
                working.add(CompletableFuture.runAsync(() -> work(kept, random), threads));
            }
            assertThat(working).allSatisfy(one -> assertThat(one).succeedsWithin(Wait.LONG));
            assertThat(outputBytes()).isLessThanOrEqualTo(total);
        }
        begun.forEach(run -> run.end(GOOD, 1));
        kept.ended().forEach(kept::forget);
        Wait.until("all are gone", () -> kept.ended().isEmpty() && outputBytes() == 0);
        begun.clear();
        assertRoomFor(kept, total);
    }

    /** One run, which may go on, or end, or be forgotten at once. */
    private void work(KeptRuns kept, Random random) {
        try {
            var run = begin(kept);
            var ending = write(run, random);
            var log = run.log();
            assertThat(log.next() - log.first()).isLessThanOrEqualTo(16_000);
            if (random.nextInt(10) > 0) {
                run.end(ending, 1);
            }
            if (random.nextInt(3) == 0) {
                kept.forget(run);
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Ending write(KeptRun run, Random random) throws IOException {
        try {
            for (var j = random.nextInt(25); j > 0; j--) {
                append(run, random.nextInt(2_000));
            }
            return GOOD;
        } catch (StoreFullException e) { // the others that go on take all
            return new Ending.Stopped(Reason.STORE_FULL, OptionalInt.empty());
        }
    }

    /** Whether all room is there again. */
    private void assertRoomFor(KeptRuns kept, int total) throws IOException {
        for (var left = total; left > 0; left -= 1_000) {
            append(begin(kept), 1_000);
        }
        assertThat(outputBytes()).isEqualTo(total);
        assertThat(begun).allSatisfy(run -> assertHolds(run, 0, 1_000));
    }

    @Test
    void whoMakeRoomAtOnceGiveUpNoMoreThanMustBe() throws IOException {
        for (var i = 0; i < 4; i++) {
            var kept = open(HOUR, 10_000, 100_000);
            for (var j = 0; j < 100; j++) {
                ended(kept, 1_000);
            }
            var together = new CyclicBarrier(8);
            var appending = new ArrayList<CompletableFuture<KeptRun>>();
            for (var j = 0; j < 8; j++) {
                appending.add(CompletableFuture.supplyAsync(() -> appended(kept, together), threads));
            }
            assertThat(appending)
                    .allSatisfy(one ->
                            assertThat(one).succeedsWithin(Wait.LONG).satisfies(run -> assertHolds(run, 0, 10_000)));
            assertThat(kept.ended()).as("80,000 bytes more make 80 go").hasSize(20);
            begun.forEach(run -> run.end(GOOD, 1));
            kept.ended().forEach(kept::forget);
            begun.clear();
            kept.close();
        }
    }

    private KeptRun appended(KeptRuns kept, CyclicBarrier together) {
        try {
            var run = begin(kept);
            together.await(Wait.LONG.toSeconds(), TimeUnit.SECONDS);
            append(run, 10_000);
            return run;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void theRunsThatEndedFirstGoFirst() throws IOException {
        var kept = open(HOUR, 10_000, 10_000);
        var first = begin(kept);
        append(first, 3_000);
        var second = ended(kept, 3_000);
        first.end(GOOD, 1);
        var third = begin(kept);
        append(third, 7_000);
        assertThat(kept.find(second.id())).isEmpty();
        assertThat(kept.find(first.id())).contains(first);
        append(third, 2_000);
        assertThat(kept.ended()).isEmpty();
        assertHolds(third, 0, 9_000);
        append(third, 2_000);
        assertThat(third.log().next()).isEqualTo(11_000);
        assertThat(third.log().first()).isBetween(1_000L, 2_000L);
    }

    @Test
    void aThousandEndedOnesAtMostAndNoneHasAFileOpen() throws IOException {
        var kept = open(HOUR);
        var going = begin(kept);
        append(going, 1);
        var first = ended(kept, 1);
        var second = ended(kept, 1);
        for (var i = 1; i < 1_000; i++) {
            ended(kept, 1);
        }
        assertThat(kept.ended()).hasSize(1_000).startsWith(second);
        assertThat(directory.resolve(first.id())).doesNotExist();
        assertThat(openFiles()).containsExactlyInAnyOrder("lock", going.id() + "/0");
    }

    /** Those of this process in the directory. */
    private List<String> openFiles() throws IOException {
        var real = directory.toRealPath();
        try (var descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            var open = new ArrayList<String>();
            for (var descriptor : descriptors) {
                if (Files.isSymbolicLink(descriptor)) {
                    var file = Files.readSymbolicLink(descriptor);
                    if (file.startsWith(real)) {
                        open.add(real.relativize(file).toString());
                    }
                }
            }
            return open;
        }
    }

    @Test
    void anEndedOneGoesWhenItsTimeIsOver() throws IOException {
        var kept = open(Duration.ofMillis(50));
        var going = begin(kept);
        var run = ended(kept, 100);
        Wait.until("it is gone", () -> kept.find(run.id()).isEmpty() && !Files.exists(directory.resolve(run.id())));
        assertThat(kept.find(going.id())).contains(going);
    }

    @Test
    void whatIsForgottenIsGone() throws IOException {
        var kept = open(HOUR);
        var run = begin(kept);
        append(run, 100);
        assertThat(kept.forget(run)).as("it goes on").isFalse();
        run.end(GOOD, 1);
        assertThat(kept.forget(run)).isTrue();
        assertThat(kept.forget(run)).isFalse();
        assertThat(run.log().read(0, ByteBuffer.allocate(1))).isFalse();
        assertThat(run.log().next()).isEqualTo(100);
        assertThat(directory.resolve(run.id())).doesNotExist();
    }

    @Test
    void oneThatCannotBeOpenedIsNoRunAndLeavesNothing() throws IOException {
        var kept = open(HOUR);
        var place = kept.place(REQUEST, false, runs::admit).orElseThrow();
        Objects.requireNonNull(place.admitted()).close();
        var run = place.run();
        Files.createFile(directory.resolve(run.id()));
        assertThatThrownBy(run::open).isInstanceOf(IOException.class);
        assertThat(run.started()).isNull();
        run.end(new Ending.Failed(), 0);
        assertThat(kept.forget(run)).isTrue();
    }

    // Restart

    @Test
    void endedOnesAreThereAgainAsTheyWere() throws IOException {
        var kept = open(HOUR);
        var code = begin(kept);
        append(code, 20_000);
        code.end(new Ending.Exited(3), 1_234);
        var stopped = begin(kept);
        stopped.end(new Ending.Stopped(Reason.TIMEOUT, OptionalInt.of(143)), 5);
        var again = reopen(HOUR);
        assertThat(again.ended()).hasSize(2);
        var found = again.find(code.id()).orElseThrow();
        assertHolds(found, code.log().first(), 20_000);
        assertThat(found.log().end()).isEqualTo(code.log().end());
        assertThat(found.started()).isEqualTo(code.started());
        assertThat(found.request()).isEqualTo(REQUEST);
        assertThat(again.find(stopped.id()).orElseThrow().log().end())
                .isEqualTo(stopped.log().end());
    }

    @Test
    void oneThatHadNotEndedIsLostForGood() throws IOException {
        var run = begin(open(HOUR));
        append(run, 20_000);
        var first = run.log().first();
        for (var i = 0; i < 2; i++) {
            var found = reopen(HOUR).find(run.id()).orElseThrow();
            assertHolds(found, first, 20_000);
            assertThat(ending(found)).isEqualTo(new Ending.Stopped(Reason.LOST, OptionalInt.empty()));
        }
    }

    @Test
    void whatIsTooMuchNowGoesAtTheStart() throws IOException {
        var kept = open(HOUR);
        var first = ended(kept, 10_000);
        var second = ended(kept, 10_000);
        kept.close();
        assertThat(open(HOUR, 16_000, 15_000).ended()).extracting(KeptRun::id).containsExactly(second.id());
        assertThat(directory.resolve(first.id())).doesNotExist();
    }

    @Test
    void theTimeThatOneWasGoneCounts() throws IOException {
        var now = Instant.now();
        var over = write(now.minus(HOUR), 0);
        var soon = write(now.minus(HOUR).plusMillis(500), 0);
        var longAgo = write(Instant.MIN, 0);
        var later = write(now, 0);
        var kept = open(HOUR);
        Wait.until("three are gone", () -> kept.ended().size() == 1);
        assertThat(kept.find(later)).isPresent();
        for (var gone : List.of(over, soon, longAgo)) {
            Wait.until("its files are gone", () -> !Files.exists(directory.resolve(gone)));
        }
    }

    @Test
    void oneThatEndedInTheFutureIsKeptNoLongerThanOthers() throws IOException {
        write(Instant.now().plus(HOUR), 0);
        write(Instant.MAX, 0);
        var kept = open(Duration.ofMillis(50));
        Wait.until("all are gone", () -> kept.ended().isEmpty());
    }

    /** A run's directory, as an earlier process has left it; its id. */
    private String write(Instant finished, long length) throws IOException {
        var id = HexFormat.of()
                .formatHex(Arrays.copyOf(Long.toString(finished.hashCode()).getBytes(US_ASCII), 16));
        var run = Files.createDirectory(directory.resolve(id));
        new RunFile(REQUEST, Instant.EPOCH, new End(GOOD, 1, finished), length).write(run);
        return id;
    }

    @Test
    void whatIsNoRunNeitherDisturbsNorIsTouched() throws IOException {
        var id = "f".repeat(31);
        var foreign = List.of(
                Files.createFile(directory.resolve("notes.txt")),
                Files.createDirectory(directory.resolve("run")),
                Files.createFile(directory.resolve(id + "0")),
                Files.createSymbolicLink(directory.resolve(id + "1"), Files.createDirectory(directory.resolve("else"))),
                Files.createFile(directory.resolve("else/0")),
                Files.createDirectories(directory.resolve(id + "2/foreign/more")));
        var good = ended(open(HOUR), 100);
        assertThat(reopen(HOUR).ended()).extracting(KeptRun::id).containsExactly(good.id());
        assertThat(foreign).allSatisfy(file -> assertThat(file).exists());
    }

    @Test
    void whatIsHalfWrittenOrGarbageIsRemoved() throws IOException {
        var good = ended(open(HOUR), 100).id();
        var whole = Files.readString(directory.resolve(good).resolve("run.properties"));
        var garbage = List.of(
                "",
                "\0\1\2",
                "started=\\u12",
                whole.replaceFirst("started=.*", "started=yesterday"),
                whole.replaceFirst("ended=.*", "ended=well"),
                whole.replaceFirst("code=.*", ""),
                whole.replaceFirst("code=.*", "code=99999999999"),
                whole.replaceFirst("length=.*", "length=-1"),
                whole.replaceFirst("millis=.*", "millis=x"),
                whole.replaceFirst("path=.*", ""),
                whole.substring(0, whole.length() / 2));
        var number = 0;
        for (var content : garbage) {
            var run = Files.createDirectory(directory.resolve("e".repeat(30) + (10 + number++)));
            Files.writeString(run.resolve("run.properties"), content);
            Files.writeString(run.resolve("0"), "output");
        }
        Files.createDirectory(directory.resolve("d".repeat(32)));
        Files.writeString(
                Files.createDirectory(directory.resolve("c".repeat(32))).resolve("0"), "half removed");
        Files.createDirectories(directory.resolve("b".repeat(32)).resolve("run.properties"));
        assertThat(reopen(HOUR).ended()).extracting(KeptRun::id).containsExactly(good);
        try (var left = Files.list(directory)) {
            assertThat(left).containsExactlyInAnyOrder(directory.resolve("lock"), directory.resolve(good));
        }
    }

    @Test
    void segmentsThatAreGarbageAreLeftOutOrRemoved() throws IOException {
        var run = ended(open(HOUR), 1_000);
        var files = directory.resolve(run.id());
        Files.createDirectory(files.resolve("1000"));
        Files.createFile(files.resolve("run.properties.new"));
        Files.createFile(files.resolve("0x10"));
        Files.createFile(files.resolve("1".repeat(30)));
        assertHolds(reopen(HOUR).find(run.id()).orElseThrow(), 0, 1_000);
        Files.writeString(files.resolve("5000"), "of another output");
        var found = reopen(HOUR).find(run.id()).orElseThrow();
        assertThat(found.log().next()).isEqualTo(1_000);
        assertThat(found.log().first()).isGreaterThanOrEqualTo(1_000);
    }

    @Test
    void twoCannotUseOneDirectory() throws IOException {
        open(HOUR);
        assertThatThrownBy(() -> open(HOUR)).hasMessage("--keep-dir: " + directory + ": in use by this process");
    }

    @Test
    void aDirectoryThatCannotBeUsedIsNamed() throws IOException {
        var file = Files.createFile(directory.resolve("file"));
        assertThatThrownBy(() -> openIn(file)).hasMessage("--keep-dir: " + file + ": not a directory");
        var below = file.resolve("below");
        assertThatThrownBy(() -> openIn(below)).hasMessage("--keep-dir: " + below + ": not a directory");
        var locked = Files.createDirectories(directory.resolve("other/lock")).resolveSibling("");
        assertThatThrownBy(() -> openIn(locked)).hasMessage("--keep-dir: " + locked + ": is a directory");
    }

    private static void openIn(Path path) throws IOException {
        KeptRuns.open(new KeepConfig(HOUR, HOUR, 16_000, 16_000, path, false), null)
                .close();
    }
}
