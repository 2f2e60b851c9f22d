package streamer.kept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import streamer.output.Ending;
import streamer.testing.NothingLeft;
import streamer.testing.Wait;

@ExtendWith(NothingLeft.class)
class OutputLogTest {
    private static final Executor THREADS = task -> new Thread(task).start(); // all may wait

    private static final byte[] OUTPUT = Bytes.of(4_000_000);
    private static final End END = new End(new Ending.Exited(0), 1, Instant.EPOCH);

    @TempDir
    private Path directory;

    private Room room = new Room(Path.of(""), 0, () -> false, Runnable::run);

    @BeforeEach
    void makeRoom() {
        room = new Room(directory, Long.MAX_VALUE, () -> false, Runnable::run);
    }

    private OutputLog log(long maxBytes) {
        return new OutputLog(directory, maxBytes, room);
    }

    private static void append(OutputLog log, int from, int to) throws IOException {
        log.append(ByteBuffer.wrap(OUTPUT, from, to - from));
    }

    private static CompletableFuture<Void> appending(OutputLog log, int from, int to) {
        return CompletableFuture.runAsync(
                () -> {
                    try {
                        append(log, from, to);
                    } catch (IOException e) {
                        throw new CompletionException(e);
                    }
                },
                THREADS);
    }

    @Test
    void readersNeverSeeAWrongByteWhileItGrowsRollsAndDrops() {
        var log = log(100_000);
        var readers = new ArrayList<CompletableFuture<Long>>();
        for (var i = 0; i < 4; i++) {
            var random = new Random(i);
            readers.add(CompletableFuture.supplyAsync(() -> readToTheEnd(log, random), THREADS));
        }
        var sizes = new Random(5);
        for (var at = 0; at < OUTPUT.length; ) {
            var to = Math.min(OUTPUT.length, at + 1 + sizes.nextInt(sizes.nextBoolean() ? 100 : 9_000));
            assertThat(appending(log, at, to)).succeedsWithin(Wait.LONG);
            at = to;
        }
        log.end(END);
        assertThat(readers)
                .allSatisfy(reader -> assertThat(reader)
                        .succeedsWithin(Wait.LONG)
                        .satisfies(read -> assertThat(read).isPositive()));
    }

    /** Reads at random offsets until it has ended; how many bytes it has seen. */
    private static long readToTheEnd(OutputLog log, Random random) {
        var buffer = ByteBuffer.allocate(5_000);
        var seen = 0L;
        while (true) {
            var end = log.end();
            var next = log.next();
            var first = log.first();
            var offset = Math.max(0, first - 3_000 + random.nextInt((int) (next - first) + 6_000));
            var isKept = read(log, offset, buffer.clear().limit(random.nextInt(buffer.capacity())));
            var after = log.next();
            if (!isKept) {
                assertThat(offset < log.first() || offset > next)
                        .as("%d is kept", offset)
                        .isTrue();
            } else {
                var read = buffer.position();
                assertThat(offset + read).as("no byte past the end").isLessThanOrEqualTo(after);
                assertThat(Arrays.equals(OUTPUT, (int) offset, (int) offset + read, buffer.array(), 0, read))
                        .as("%d bytes from %d on", read, offset)
                        .isTrue();
                seen += read;
            }
            if (end != null) {
                assertThat(next).isEqualTo(OUTPUT.length);
                return seen;
            }
        }
    }

    private static boolean read(OutputLog log, long offset, ByteBuffer into) {
        try {
            return log.read(offset, into);
        } catch (IOException e) {
            throw new CompletionException(e);
        }
    }

    @Test
    void whatIsReadWhileItIsForgottenIsRightOrNotKept() throws IOException {
        for (var i = 0; i < 200; i++) {
            var log = log(1_600);
            append(log, 0, 1_500);
            log.end(END);
            var random = new Random(i);
            var reader = CompletableFuture.supplyAsync(
                    () -> {
                        var buffer = ByteBuffer.allocate(100);
                        while (true) {
                            var offset = random.nextInt(1_500);
                            if (!read(log, offset, buffer.clear())) {
                                return offset;
                            }
                            var read = buffer.position();
                            assertThat(buffer.array()).startsWith(Arrays.copyOfRange(OUTPUT, offset, offset + read));
                        }
                    },
                    THREADS);
            log.drop();
            assertThat(reader).succeedsWithin(Wait.LONG);
            assertThat(log.first()).isEqualTo(log.next()).isEqualTo(1_500);
        }
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void isReadUpToItsEndAndNotBeyond() throws IOException {
        var log = log(1_600);
        assertThat(Bytes.read(log, 0)).isEmpty();
        assertThat(log.read(1, ByteBuffer.allocate(1))).isFalse();
        append(log, 0, 250);
        assertThat(Bytes.read(log, 0)).isEqualTo(Arrays.copyOf(OUTPUT, 250));
        assertThat(Bytes.read(log, 250)).isEmpty();
        assertThat(log.read(251, ByteBuffer.allocate(1))).isFalse();
        append(log, 250, 1_700);
        assertThat(log.first()).isEqualTo(100);
        assertThat(log.read(99, ByteBuffer.allocate(1))).isFalse();
        assertThat(Bytes.read(log, 100)).isEqualTo(Arrays.copyOfRange(OUTPUT, 100, 1_700));
    }

    @Test
    void readsIntoTheMiddleOfABuffer() throws IOException {
        var log = log(1_600);
        append(log, 0, 150);
        var buffer = ByteBuffer.allocate(100).position(10).limit(40);
        assertThat(log.read(90, buffer)).isTrue();
        assertThat(buffer.position()).as("to the end of its segment").isEqualTo(20);
        assertThat(Arrays.copyOfRange(buffer.array(), 10, 20)).isEqualTo(Arrays.copyOfRange(OUTPUT, 90, 100));
        assertThat(buffer.limit()).isEqualTo(20);
    }

    @Test
    void endsOnceAfterItsLastByteAndTells() throws IOException {
        var log = log(1_600);
        var told = new ArrayList<String>();
        log.onMore(() -> told.add(log.next() + (log.end() == null ? "" : " end")));
        append(log, 0, 250);
        assertThat(log.end(END)).isTrue();
        assertThat(log.end(new End(new Ending.Failed(), 2, Instant.EPOCH))).isFalse();
        assertThat(log.end()).isEqualTo(END);
        assertThat(told).containsExactly("100", "200", "250", "250 end");
    }

    @Test
    void tellsNobodyWhoHasForgottenIt() throws IOException {
        var log = log(1_600);
        var calls = new AtomicInteger();
        Runnable task = calls::incrementAndGet;
        log.onMore(task);
        append(log, 0, 1);
        log.forget(task);
        append(log, 1, 2);
        log.end(END);
        assertThat(calls).hasValue(1);
    }

    @Test
    void whatIsNeededIsNotDroppedAndTheCommandWaits() throws IOException {
        var log = log(1_600);
        log.need(0);
        append(log, 0, 1_600);
        assertThat(log.isWaiting()).isFalse();
        var appending = appending(log, 1_600, 1_800);
        Wait.until("it waits", log::isWaiting);
        assertThat(Bytes.read(log, 0)).isEqualTo(Arrays.copyOf(OUTPUT, 1_600));
        log.need(99); // the last of the first segment
        log.need(100);
        Wait.until("it goes on, and waits", () -> log.next() == 1_700 && log.isWaiting());
        assertThat(log.first()).isEqualTo(100);
        log.need(Long.MAX_VALUE);
        assertThat(appending).succeedsWithin(Wait.LONG);
        assertThat(log.isWaiting()).isFalse();
        assertThat(Bytes.read(log, 200)).isEqualTo(Arrays.copyOfRange(OUTPUT, 200, 1_800));
    }

    @Test
    void nobodyIsLeftWaitingByOneWhoReadsAsItComes() {
        var log = log(160);
        log.need(0);
        var more = new Semaphore(1);
        log.onMore(more::release);
        var length = 20_000;
        var appending = appending(log, 0, length);
        var reading = CompletableFuture.supplyAsync(
                () -> {
                    var buffer = ByteBuffer.allocate(64);
                    var offset = 0;
                    while (offset < length) {
                        assertThat(read(log, offset, buffer.clear()))
                                .as("%d is needed", offset)
                                .isTrue();
                        if (buffer.position() == 0) {
                            await(more);
                        }
                        offset += buffer.position();
                        log.need(offset);
                    }
                    return offset;
                },
                THREADS);
        assertThat(reading).succeedsWithin(Wait.LONG).isEqualTo(length);
        assertThat(appending).succeedsWithin(Wait.LONG);
    }

    private static void await(Semaphore more) {
        try {
            assertThat(more.tryAcquire(Wait.LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
            more.drainPermits();
        } catch (InterruptedException e) {
            throw new CompletionException(e);
        }
    }

    @Test
    void whereOthersTakeAllItsHeadGoesThenItWaits() throws IOException {
        room = new Room(directory, 1_000, () -> false, Runnable::run);
        var log = log(1_600);
        append(log, 0, 1_200);
        assertThat(log.first()).isEqualTo(200);
        room.add(1_000);
        var appending = appending(log, 1_200, 1_300);
        Wait.until("its head is gone", () -> log.first() == 1_200);
        room.give(1_000);
        assertThat(appending).succeedsWithin(Wait.LONG);
        assertThat(Bytes.read(log, 1_200)).isEqualTo(Arrays.copyOfRange(OUTPUT, 1_200, 1_300));
    }

    @Test
    void whoHasTakenMostGivesToWhoHasLess() throws IOException {
        room = new Room(directory, 1_000, () -> false, Runnable::run);
        Files.createDirectory(directory.resolve("small"));
        var large = log(1_600);
        append(large, 0, 1_000);
        var small = new OutputLog(directory.resolve("small"), 1_600, room);
        append(small, 0, 300);
        assertThat(small.first()).isZero();
        assertThat(large.first()).isEqualTo(300);
    }

    @Test
    void whatIsNeededStaysAlsoWhereOthersTakeAll() throws IOException {
        room = new Room(directory, 1_000, () -> false, Runnable::run);
        var log = log(1_600);
        log.need(0);
        append(log, 0, 1_000);
        var appending = appending(log, 1_000, 1_100);
        Wait.until("it waits", log::isWaiting);
        assertThat(log.first()).isZero();
        log.need(1_000);
        assertThat(appending).succeedsWithin(Wait.LONG);
    }

    @Test
    void aFailureOfItsFilesIsToldAndTakesNoRoom() throws IOException {
        var log = new OutputLog(directory.resolve("none"), 1_600, room);
        assertThatThrownBy(() -> append(log, 0, 1)).isInstanceOf(IOException.class);
        assertThat(room.used()).isZero();
        assertThat(log.next()).isZero();
    }
}
