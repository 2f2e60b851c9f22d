package streamer.kept;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import streamer.testing.Wait;

class LastLinesTest {
    private static final int BLOCK = 64 * 1024;

    @TempDir
    private Path directory;

    private OutputLog log(long maxBytes, String output) throws IOException {
        var log = new OutputLog(directory, maxBytes, new Room(directory, Long.MAX_VALUE, () -> false, Runnable::run));
        log.append(ByteBuffer.wrap(output.getBytes(ISO_8859_1)));
        return log;
    }

    /** As simply as can be: the lines of what is kept, each with its end. */
    private static long expected(String output, long first, long lines) {
        var kept = output.substring((int) first);
        var at = kept.length();
        for (var left = lines; left > 0 && at > 0; left--) {
            at = kept.lastIndexOf('\n', at - 2) + 1;
        }
        return first + at;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a",
                "\n",
                "\n\n",
                "a\n",
                "a\nb",
                "a\nb\n",
                "\na",
                "\n\na\n\n",
                "one\ntwo\n\nfour\nfive",
                "a\r\nb\r"
            })
    void eachCountOfASmallOutput(String output) throws IOException {
        var log = log(1_600, output);
        for (var lines = 0; lines <= output.length() + 2; lines++) {
            assertThat(LastLines.offset(log, lines)).as("%d lines", lines).isEqualTo(expected(output, 0, lines));
        }
        assertThat(LastLines.offset(log, Long.MAX_VALUE)).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK - 1, 2 * BLOCK, 2 * BLOCK + 1, 3 * BLOCK})
    void linesThatAreLongerThanABlock(int length) throws IOException {
        for (var end : new String[] {"", "\n"}) {
            var output = "x".repeat(100) + "\n" + "y".repeat(length - end.length()) + end;
            var log = log(16L * BLOCK, output);
            for (var lines = 0; lines <= 3; lines++) {
                assertThat(LastLines.offset(log, lines))
                        .as("%d lines, '%s'", lines, end)
                        .isEqualTo(expected(output, 0, lines));
            }
            log.drop();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-2, -1, 0, 1, 2})
    void anEndOfALineBesideTheEdgeOfABlock(int beside) throws IOException {
        var output = "first\n" + "x".repeat(BLOCK) + "\n" + "y".repeat(BLOCK + beside - 1) + "\n";
        var log = log(16L * BLOCK, output);
        for (var lines = 0; lines <= 4; lines++) {
            assertThat(LastLines.offset(log, lines)).isEqualTo(expected(output, 0, lines));
        }
    }

    @Test
    void linesWhoseBeginningIsNotKept() throws IOException {
        var output = "0123456789abcde\n".repeat(300);
        for (var more = 0; more < 20; more++) {
            var all = output + "z".repeat(more);
            var log = log(1_000, all);
            assertThat(log.first()).isPositive();
            for (var lines = 0; lines < 100; lines++) {
                assertThat(LastLines.offset(log, lines)).isEqualTo(expected(all, log.first(), lines));
            }
            log.drop();
            assertThat(LastLines.offset(log, 10)).isEqualTo(log.next());
        }
    }

    @Test
    void areFoundWhileTheOutputGrowsAndIsDropped() throws IOException {
        var log = log(3_200, "0123456789abcde\n".repeat(100));
        var growing = CompletableFuture.runAsync(() -> {
            try {
                for (var i = 0; i < 3_000; i++) {
                    log.append(ByteBuffer.wrap("0123456789abcde\n".getBytes(ISO_8859_1)));
                }
            } catch (IOException e) {
                throw new CompletionException(e);
            }
        });
        while (!growing.isDone()) {
            var first = log.first();
            assertThat(LastLines.offset(log, 1_000)).isBetween(first, log.first());
            assertThat(LastLines.offset(log, 1) % 16).isZero();
        }
        assertThat(growing).succeedsWithin(Wait.LONG);
    }
}
