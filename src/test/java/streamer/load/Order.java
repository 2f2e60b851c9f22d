package streamer.load;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.List;
import java.util.Random;
import java.util.function.LongFunction;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import streamer.testing.Commands;

/**
 * One order to the script that the server runs: what to write, how to exit, and the expected bytes.
 *
 * @param end an exit code, or {@code kill} for a shell that kills itself
 */
record Order(String kind, long n, String end, Content content) {
    private static final String TEXT = "all that is written arrives, and nothing else does\n";
    private static final String BYTES = "a\u00e9\u00ff\r \0\n";
    private static final String UNFINISHED = "and a line without an end";

    private static final String SCRIPT = """
            n=$STREAMER_QUERY_N
            count() { i=0; while [ $i -lt $n ]; do i=$((i + 1)); $1; done; }
            line() { echo "line $i"; }
            tick() { echo "tick $i"; sleep $STREAMER_QUERY_S; }
            halves() { printf 'working '; sleep $STREAMER_QUERY_S; echo "done $i"; }
            ever() { while :; do $1; done; }
            case $STREAMER_QUERY_KIND in
            seq) seq "$n" ;;
            lines) count line ;;
            ticks) count tick ;;
            halves) count halves ;;
            late) sleep 1.2; seq "$n" ;;
            unfinished) seq "$n"; printf '%s' "$STREAMER_QUERY_TEXT" ;;
            text) yes "$STREAMER_QUERY_TEXT" | head -c "$n" ;;
            bytes) yes "$(printf 'a\\351\\377\\r b')" | tr b '\\000' | head -c "$n" ;;
            cat) cat ;;
            form) printf '%s' "$STREAMER_FORM_NOTE"; cat "$STREAMER_FILE_F" ;;
            talk) i=0; ever tick ;;
            flood) yes ;;
            silent) sleep 1000 ;;
            tree) sleep 1000 & (sleep 1000 & sleep 1000) & (setsid sleep 1000 &) ; echo "tree"; wait ;;
            deaf) trap '' TERM; echo "deaf"; ever 'sleep 1000' ;;
            esac
            case $STREAMER_QUERY_END in
            kill) kill -9 $$ ;;
            *) exit $STREAMER_QUERY_END ;;
            esac
            """;

    static List<String> command() {
        return Commands.sh(SCRIPT);
    }

    /** Orders whose output is text in lines, so that it can be told by events. */
    static Order text(Random random) {
        var end = end(random);
        return switch (random.nextInt(8)) {
            case 0 -> counted("ticks", 1 + random.nextInt(40), end, i -> "tick " + i + "\n");
            case 1 -> counted("halves", 1 + random.nextInt(20), end, i -> "working done " + i + "\n");
            case 2 -> counted("late", 1 + small(random, 1_000), end, i -> i + "\n");
            case 3 -> unfinished(small(random, 2_000), end);
            case 4 -> repeated("text", TEXT, small(random, 4_000_000), end);
            case 5 -> counted("lines", small(random, 3_000), end, i -> "line " + i + "\n");
            default -> counted("seq", small(random, 50_000), end, i -> i + "\n");
        };
    }

    /** Any order whose output is known. */
    static Order any(Random random) {
        return random.nextInt(5) > 0 ? text(random) : repeated("bytes", BYTES, small(random, 4_000_000), end(random));
    }

    /** An order for what is sent to come back. */
    static Order echo(String kind, Content content, Random random) {
        return new Order(kind, 0, end(random), content);
    }

    /** An order that only its client's leaving ends. */
    static Order endless(Random random) {
        var kind = List.of("talk", "flood", "silent", "tree", "deaf").get(random.nextInt(5));
        return new Order(kind, random.nextInt(Integer.MAX_VALUE), "0", Content.of(new byte[0]));
    }

    /** An order of more than is kept of one run. */
    static Order large(Random random) {
        return repeated("text", TEXT, 4_000_000 + random.nextInt(20_000_000), end(random));
    }

    private static String end(Random random) {
        return switch (random.nextInt(6)) {
            case 0 -> Integer.toString(1 + random.nextInt(255));
            case 1 -> "kill";
            default -> "0";
        };
    }

    /** Small numbers are as likely as large ones. */
    static long small(Random random, long most) {
        return (long) Math.expm1(random.nextDouble() * Math.log1p((double) most));
    }

    static Content anyBytes(Random random, long most) {
        return Content.random(random, 1 + small(random, most));
    }

    private static Order counted(String kind, long n, String end, LongFunction<String> line) {
        return new Order(kind, n, end, Content.of(bytes(lines(n, line))));
    }

    private static Order unfinished(long n, String end) {
        return new Order("unfinished", n, end, Content.of(bytes(lines(n, i -> i + "\n") + UNFINISHED)));
    }

    private static Order repeated(String kind, String text, long n, String end) {
        return new Order(kind, n, end, new Content(bytes(text), n));
    }

    private static String lines(long n, LongFunction<String> line) {
        return LongStream.rangeClosed(1, n).mapToObj(line).collect(Collectors.joining());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(ISO_8859_1);
    }

    String path() {
        var seconds = "0.0" + (2 + n % 8);
        var word = kind.equals("unfinished") ? UNFINISHED : TEXT.strip();
        return "/?kind=" + kind + "&n=" + n + "&end=" + end + "&s=" + seconds + "&text=" + word.replace(' ', '+');
    }

    boolean succeeds() {
        return end.equals("0");
    }

    Order succeeding() {
        return new Order(kind, n, "0", content);
    }

    String code() {
        return end.equals("kill") ? "137" : end;
    }

    @Override
    public String toString() {
        return kind + " n=" + n + " end=" + end + " length=" + content.length();
    }
}
