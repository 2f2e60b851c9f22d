package streamer.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import streamer.testing.Commands;
import streamer.testing.NothingLeft;
import streamer.testing.StreamClient;
import streamer.testing.TestServer;
import streamer.testing.TestServer.Setup;
import streamer.testing.Wait;

/**
 * What {@code docs/buffering.md} says of programs, measured with the real ones: all ways of a row begin together. What
 * has come when their processes have nothing left to do is live; what comes when their input ends was held.
 */
@Tag("clients")
@ExtendWith(NothingLeft.class)
class BufferingTest {
    private static final Path PAGE = Path.of("docs/buffering.md");
    private static final String HEADING = "## Programs";

    /** Where a scenario has its cure, or nothing. */
    private static final String CURE = "CURE";

    /** A line, and no end before that of the request's body. */
    private static final String FEED = "{ echo first; cat; } | ";

    /** A capture of one frame, of the type for experiments; blanks become NULs. The rest as in {@link #FEED}. */
    private static final String CAPTURE_FEED = "{ printf '\\324\\303\\262\\241\\2\\0\\4\\0%8s\\0\\0\\4\\0\\1\\0\\0\\0"
            + "%8s\\16\\0\\0\\0\\16\\0\\0\\0%12s\\210\\265' | tr ' ' '\\000'; cat; } | ";

    /** Runs the other side of a transfer; the rest of what it writes waits for the end of the request's body. */
    private static final String STALL =
            "exec 3<&0; echo '\"$@\" | { stdbuf -o0 head -c 300000; cat <&3; cat; }' >stall; "
                    + "mkdir from; echo >from/a; head -c 1000000 /dev/urandom >from/b; ";

    private static final String COMMIT =
            "(cd from; git init -q; git add .; git -c user.name=a -c user.email=a commit -qm a); ";

    private static final Duration HEAD_AT_ONCE = Duration.ofMillis(1);

    private static final Duration TO_COMPILE = Wait.LONG.multipliedBy(2);

    /** In so many looks, some milliseconds apart, each process is asleep. */
    private static final int LOOKS = 100;

    @TempDir
    private Path directory;

    /**
     * A row of the table.
     *
     * @param program how the table calls it
     * @param scenario has it write a line, and then no more before the request's body ends
     * @param cure what belongs at {@link #CURE}; empty if it has none
     * @param line what is waited for
     */
    private record Row(String program, String scenario, String cure, String line) {
        /** A program that reads lines and writes them. */
        static Row filter(String program, String command, String cure) {
            return new Row(program, FEED + command, cure, "first");
        }

        @Override
        public String toString() {
            return program;
        }
    }

    private static Stream<Row> rows() {
        return Stream.of(coreutils(), tools(), interpreters(), compiled(), transfers())
                .flatMap(rows -> rows);
    }

    private static Stream<Row> coreutils() {
        return Stream.of(
                Row.filter("`cat`", "cat", ""),
                Row.filter("`tee`", "tee copy", ""),
                new Row("`tail -f`", ": >log; tail -f log & echo first >>log; cat; kill $!", "", "first"),
                Row.filter("`cut`", "cut -c 1-9", ""),
                Row.filter("`fold`", "fold", ""),
                Row.filter("`head`", "head", ""),
                Row.filter("`nl`", "nl", ""),
                Row.filter("`tr`", "tr x y", ""),
                Row.filter("`uniq`", "uniq", ""));
    }

    private static Stream<Row> tools() {
        return Stream.of(
                Row.filter("`grep`", "grep CURE first", "--line-buffered"),
                Row.filter("`grep` into `grep`", "grep CURE first | grep CURE first", "--line-buffered"),
                Row.filter("`sed`", "sed CURE s/x/y/", "-u"),
                Row.filter("`gawk`", "gawk '{ print; CURE }'", "fflush()"),
                Row.filter("`mawk`, Debian's `awk`", "mawk CURE '{ print }'", "-W interactive"),
                Row.filter("`jq`", "jq CURE -R .", "--unbuffered"),
                Row.filter("`curl`", "curl -s CURE file:///dev/stdin", "-N"),
                new Row("`tcpdump`", CAPTURE_FEED + "tcpdump CURE -n -r -", "-l", "0x88b5"));
    }

    private static Stream<Row> interpreters() {
        var python = "python3 CURE -c 'import sys\nfor line in sys.stdin: print(line)'";
        return Stream.of(
                Row.filter("`sh`", "while read -r line; do echo \"$line\"; done", ""),
                Row.filter(
                        "`node`",
                        "node -e 'require(\"readline\").createInterface({input: process.stdin}).on(\"line\", console.log)'",
                        ""),
                Row.filter("`php`", "php -R 'echo $argn, \"\\n\";'", ""),
                Row.filter("`python3`", python, ""),
                Row.filter("`python3` without `PYTHONUNBUFFERED`", "env -u PYTHONUNBUFFERED " + python, "-u"),
                Row.filter("`perl`", "perl -ne 'CURE print'", "$| = 1;"),
                Row.filter("`ruby`", "ruby -ne 'CURE puts $_'", "$stdout.sync = true;"));
    }

    private static Stream<Row> compiled() {
        return Stream.of(
                compiled(
                        "C, linked statically",
                        "cc -x c -include stdio.h -static",
                        "CURE for (int c; (c = getchar()) != EOF;) putchar(c);",
                        "setvbuf(stdout, NULL, _IOLBF, 0);"),
                compiled(
                        "C++ with `sync_with_stdio(false)`, `cin.tie(nullptr)`",
                        "c++ -x c++ -include iostream",
                        "std::ios::sync_with_stdio(false); std::cin.tie(nullptr); CURE "
                                + "for (std::string line; std::getline(std::cin, line);) std::cout << line << \"\\n\";",
                        "std::cout << std::unitbuf;"));
    }

    private static Row compiled(String program, String compiler, String body, String cure) {
        var build = "printf %s 'int main() { " + body + " }' | " + compiler + " -o filter -";
        return new Row(program, build + " && " + FEED + "./filter", cure, "first");
    }

    private static Stream<Row> transfers() {
        return Stream.of(
                new Row(
                        "`rsync --progress`",
                        STALL + "rsync -r --progress --blocking-io -e 'sh stall' env:$PWD/from/ .",
                        "",
                        "100%"),
                new Row(
                        "`git clone`, its progress",
                        STALL + COMMIT + "git clone CURE -u \"sh $PWD/stall git-upload-pack\" file://$PWD/from to 2>&1",
                        "--progress",
                        "Receiving objects"),
                new Row("`pv`, its progress", FEED + "pv -i 0.1 CURE 2>&1 >copy", "-f", "0:00:"));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void aRowIsAsMeasured(Row row) throws IOException {
        var measured = "| " + row.program() + " | " + measure(row) + " |";
        assertThat(table()).as("measured: %s", measured).contains(measured);
    }

    @Test
    void eachRowIsMeasured() throws IOException {
        assertThat(table().skip(2).map(line -> line.substring(2).split(" \\| ", 2)[0]))
                .containsExactlyElementsOf(rows().map(Row::program).toList());
    }

    private static Stream<String> table() throws IOException {
        return Files.readAllLines(PAGE).stream()
                .dropWhile(line -> !line.equals(HEADING))
                .dropWhile(line -> !line.startsWith("|"))
                .takeWhile(line -> line.startsWith("|"));
    }

    private String measure(Row row) throws IOException {
        var ways = new ArrayList<Way>();
        try {
            ways.add(begin(row, "", setup -> setup));
            ways.add(begin(row, "", Setup::unbuffer));
            ways.add(begin(row, "", setup -> setup.tty("120x40")));
            if (!row.cure().isEmpty()) {
                ways.add(begin(row, row.cure(), setup -> setup));
            }
            awaitLinesOrRest(ways);
            var words = new ArrayList<String>();
            for (var way : ways) {
                words.add(way.finish());
            }
            assertThat(words).as(row.scenario()).contains("live");
            return words.stream().limit(3).collect(Collectors.joining(" | ")) + " | " + own(row, words);
        } finally {
            for (var way : ways) {
                way.close();
            }
        }
    }

    private Way begin(Row row, String cure, UnaryOperator<Setup> change) throws IOException {
        var setup = TestServer.of(Commands.sh(row.scenario().replace(CURE, cure)))
                .directory(Files.createTempDirectory(directory, "way-"))
                .statusWait(HEAD_AT_ONCE);
        return new Way(change.apply(setup).start(), row.line());
    }

    private static String own(Row row, List<String> words) {
        return row.cure().isEmpty() ? "–" : words.get(3) + ": `" + row.cure().replace("|", "\\|") + "`";
    }

    private static void awaitLinesOrRest(List<Way> ways) {
        var rest = new Rest();
        Wait.within(TO_COMPILE, "each line, or rest", () -> {
            var areLive = true;
            for (var way : ways) {
                areLive &= way.isLive();
            }
            return areLive || rest.isReached();
        });
    }

    /** Whether all processes have nothing left to do; some may wake now and then to look at the clock. */
    private static final class Rest {
        private final Map<ProcessHandle, Integer> asleep = new HashMap<>();

        /** Looks again: all must be asleep, and each must have been so in many looks. */
        boolean isReached() {
            var processes = ProcessHandle.current().descendants().toList();
            var sleepers = processes.stream().filter(Rest::isAsleep).toList();
            sleepers.forEach(process -> asleep.merge(process, 1, Integer::sum));
            return sleepers.size() == processes.size()
                    && sleepers.stream().allMatch(process -> asleep.getOrDefault(process, 0) >= LOOKS);
        }

        private static boolean isAsleep(ProcessHandle process) {
            try {
                var stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
                return stat.substring(stat.lastIndexOf(')')).startsWith(") S");
            } catch (IOException e) { // it has just ended
                return false;
            }
        }
    }

    /** A scenario that runs in one of the ways, for a client. */
    private static final class Way implements AutoCloseable {
        private final TestServer server;
        private final StreamClient client;
        private final String line;
        private final StringBuilder text = new StringBuilder();

        Way(TestServer server, String line) throws IOException {
            this.server = server;
            this.line = line;
            client = server.connect().request("POST", "/", "Transfer-Encoding: chunked");
        }

        /** Whether the line has come. */
        boolean isLive() throws IOException {
            while (client.status() == 200 && client.hasMore()) {
                text.append(Objects.requireNonNullElse(client.piece(), ""));
            }
            return text.indexOf(line) >= 0;
        }

        /** Ends its input, and tells what became of the line. */
        String finish() throws IOException {
            var isLive = isLive();
            client.sendLastChunk();
            text.append(client.text());
            assertThat(client.trailer("Streamer-Exit-Code")).as("of %s", text).isEqualTo("0");
            return isLive ? "live" : text.indexOf(line) >= 0 ? "held" : "none";
        }

        @Override
        public void close() throws IOException {
            client.close();
            server.close();
        }
    }
}
