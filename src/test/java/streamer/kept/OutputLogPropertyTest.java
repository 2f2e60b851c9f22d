package streamer.kept;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterProperty;
import net.jqwik.api.lifecycle.BeforeTry;

/** Whatever is appended, in whatever pieces: at each offset that is kept there are the bytes that were written there. */
class OutputLogPropertyTest {
    private static final int STEP = 97;
    private static final byte[] OUTPUT = Bytes.of(200_000);

    private final Directories directories = new Directories();
    private Path directory = Path.of("");

    @BeforeTry
    void create() {
        directory = directories.create();
    }

    @AfterProperty
    void remove() {
        directories.close();
    }

    @Property(tries = 40)
    void holdsItsLastBytesAtTheirOffsets(
            @ForAll @IntRange(min = 1, max = 3_000) int maxBytes,
            @ForAll @Size(max = 30) List<@IntRange(max = 300) Integer> pieces)
            throws IOException {
        var room = new Room(directory, Long.MAX_VALUE, () -> false, Runnable::run);
        var log = new OutputLog(directory, maxBytes, room);
        var length = append(log, pieces);
        assertHolds(log, length);
        assertThat(length - log.first()).isLessThanOrEqualTo(maxBytes);
        assertThat(Directories.bytes(directory)).isEqualTo(length - log.first());
        if (length > maxBytes) {
            assertThat(length - log.first())
                    .as("no more is dropped than must be")
                    .isGreaterThan(maxBytes / 2);
        }
        assertThat(room.used()).isEqualTo(length - log.first());
        log.drop();
        assertThat(room.used()).isZero();
        assertThat(log.first()).isEqualTo(length);
        assertThat(directory).isEmptyDirectory();
    }

    @Property(tries = 40)
    void isTakenUpAsItWas(
            @ForAll @IntRange(min = 1, max = 3_000) int maxBytes,
            @ForAll @Size(max = 30) List<@IntRange(max = 300) Integer> pieces,
            @ForAll boolean isLengthKnown)
            throws IOException {
        var before =
                new OutputLog(directory, maxBytes, new Room(directory, Long.MAX_VALUE, () -> false, Runnable::run));
        var length = append(before, pieces);
        var room = new Room(directory, Long.MAX_VALUE, () -> false, Runnable::run);
        var log = new OutputLog(directory, maxBytes, room);
        log.recover(Store.segments(directory), isLengthKnown ? length : 0);
        assertHolds(log, length);
        assertThat(log.first()).isEqualTo(before.first());
        assertThat(room.used()).isEqualTo(length - log.first());
    }

    @Property(tries = 40)
    void isTakenUpFromBehindTheLastGap(
            @ForAll @Size(min = 1, max = 30) List<@IntRange(max = 300) Integer> pieces, @ForAll int missing)
            throws IOException {
        var length = append(
                new OutputLog(directory, 16_000, new Room(directory, Long.MAX_VALUE, () -> false, Runnable::run)),
                pieces);
        var segments = Store.segments(directory);
        if (segments.isEmpty()) {
            return;
        }
        var gone = segments.remove(Math.floorMod(missing, segments.size()));
        gone.remove();
        var log = new OutputLog(directory, 16_000, new Room(directory, Long.MAX_VALUE, () -> false, Runnable::run));
        log.recover(segments, length);
        assertHolds(log, length);
        assertThat(log.first()).isEqualTo(gone.start() == 0 || gone.length() > 0 ? gone.end() : log.first());
        assertThat(Directories.bytes(directory))
                .as("what cannot be read is gone")
                .isEqualTo(length - log.first());
    }

    private static long append(OutputLog log, List<Integer> pieces) throws IOException {
        var length = 0;
        for (var piece : pieces) {
            log.append(ByteBuffer.wrap(OUTPUT, length, piece));
            length += piece;
        }
        return length;
    }

    private static void assertHolds(OutputLog log, long length) throws IOException {
        assertThat(log.next()).isEqualTo(length);
        for (var offset = log.first(); offset <= length; offset += STEP) {
            assertThat(Bytes.read(log, offset)).isEqualTo(Arrays.copyOfRange(OUTPUT, (int) offset, (int) length));
        }
        assertThat(log.read(length + 1, ByteBuffer.allocate(1))).isFalse();
        assertThat(log.first() == 0 || !log.read(log.first() - 1, ByteBuffer.allocate(1)))
                .isTrue();
    }
}
