package streamer.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongUnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import streamer.probe.Row.End;
import streamer.probe.Row.Line;
import streamer.probe.Row.Piece;
import streamer.probe.Row.Shape;
import streamer.probe.Verdict.Outcome;

/** What rows say; each line is sent at a multiple of 40 ms, and arrives when a hop lets it. */
class VerdictTest {
    private static final Instant START = Instant.ofEpochSecond(1_800_000_000);
    private static final long EVERY = Trial.EVERY.toMillis();
    private static final long LAST = Trial.LENGTH.toMillis();

    private static LongUnaryOperator inSteps(long step) {
        return millis -> Math.min(LAST, (millis / step + 1) * step);
    }

    /** In blocks of 4 KiB. */
    private static LongUnaryOperator bySize(Trial trial) {
        return inSteps(EVERY * (4_096 / trial.lineBytes()));
    }

    private static long atOnce(long millis) {
        return millis;
    }

    private static long atTheEnd(long millis) {
        return millis == LAST ? millis : LAST;
    }

    private static Row row(Trial trial, LongUnaryOperator arrival, String... head) {
        var lines = LongStream.range(0, Trial.LINES)
                .map(number -> number * EVERY)
                .mapToObj(sent -> line(sent, arrival.applyAsLong(sent)))
                .toList();
        var pieces = new ArrayList<Piece>();
        lines.stream()
                .map(Line::after)
                .distinct()
                .forEach(after -> pieces.add(new Piece(after, trial.lineBytes() * together(lines, after))));
        return new Row(trial, head(head), Duration.ZERO, pieces, lines, End.CLEAN, Duration.ofHours(1));
    }

    /** The sender's clock is an hour slow. */
    private static Line line(long sent, long arrived) {
        return new Line(
                Duration.ofMillis(arrived),
                START.plusMillis(sent),
                Duration.ofHours(1).plusMillis(arrived - sent));
    }

    private static int together(List<Line> lines, Duration after) {
        return (int) lines.stream().filter(line -> line.after().equals(after)).count();
    }

    private static Head head(String... fields) {
        var isOld = fields.length > 0 && fields[0].equals("HTTP/1.0");
        return new Head(
                isOld ? "HTTP/1.0" : "HTTP/1.1",
                200,
                Arrays.stream(fields)
                        .filter(field -> field.contains(": "))
                        .map(field -> field.split(": ", 2))
                        .map(field -> new Head.Field(field[0], field[1]))
                        .toList());
    }

    private static Verdict judge(Function<Trial, LongUnaryOperator> arrival, String... head) {
        return Verdict.of(Trial.OF_STREAMER.stream()
                .map(trial -> row(trial, arrival.apply(trial), head))
                .toList());
    }

    private static void assertHeld(Verdict verdict, String... words) {
        assertThat(verdict.outcome()).isEqualTo(Outcome.HELD);
        assertThat(verdict.sentence()).contains(words);
    }

    @Test
    void liveIsLive() {
        assertThat(judge(trial -> VerdictTest::atOnce))
                .isEqualTo(new Verdict(Outcome.LIVE, "each line arrives when it is sent"));
    }

    @Test
    void aNetworkThatStumblesOnceHoldsNothing() {
        var verdict = judge(trial -> millis -> millis >= 400 && millis < 700 ? 700 : millis + 30);
        assertThat(verdict.outcome()).isEqualTo(Outcome.LIVE);
    }

    @Test
    void twoLengthsOfLinesTellSizeFromTime() {
        assertHeld(
                judge(VerdictTest::bySize, "Server: nginx/1.22.1"),
                "nginx buffers",
                "bytes; cure: `proxy_buffering off;`");
        assertHeld(judge(trial -> inSteps(400), "Server: nginx"), "nginx buffers", "for about 400 ms at a time");
        assertHeld(
                judge(trial -> VerdictTest::atTheEnd, "Via: 1.1 x (squid/5)"), "Squid buffers", "until it is complete");
    }

    /** The last ones come with the end. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 13})
    void aHopThatIsAlwaysBehindIsHeld(int lines) {
        LongUnaryOperator behind = millis -> Math.min(LAST, millis + lines * EVERY);
        assertHeld(judge(trial -> behind), "a hop without a name buffers the response so that each line waits for a");
        assertThat(row(Trial.OF_STREAMER.get(0), behind).shape()).isEqualTo(Shape.BEHIND);
    }

    /** As where machines with other clocks, or a slower way, are behind one address. */
    @Test
    void whatDelaysAllTheSameHoldsNothing() {
        assertThat(judge(trial -> millis -> millis + 2_000).outcome()).isEqualTo(Outcome.LIVE);
        assertThat(judge(trial -> millis -> millis + millis * 7 % 60).outcome()).isEqualTo(Outcome.LIVE);
    }

    @Test
    void aHopThatHoldsOnlyTheBeginningIsToldBySize() {
        LongUnaryOperator atFirst = millis -> Math.max(millis, 10 * EVERY);
        assertHeld(
                judge(trial -> trial.isLong() ? atFirst : VerdictTest::atTheEnd),
                "until there are about " + 11 * 320 + " bytes");
        LongUnaryOperator longer = millis -> Math.max(millis, 20 * EVERY);
        assertHeld(
                judge(trial -> trial.isLong() ? longer : VerdictTest::atTheEnd),
                "until there are about " + 21 * 320 + " bytes");
        assertHeld(
                judge(trial -> trial.isLong() ? VerdictTest::atOnce : VerdictTest::atTheEnd),
                "until there is more of it");
    }

    /** Rows without lines tell nothing of how the others are held. */
    @Test
    void whatIsHeldIsToldByTheRowsThatHaveLines() {
        var verdict = Verdict.of(Trial.OF_STREAMER.stream()
                .map(trial -> trial.isGzip() ? empty(trial) : row(trial, VerdictTest::atTheEnd))
                .toList());
        assertHeld(verdict, "buffers the response until it is complete");
    }

    @Test
    void aHopWithoutANameThatHoldsForAFifthOfASecondIsHaproxy() {
        assertHeld(judge(trial -> inSteps(200)), "most likely HAProxy", "`option http-no-delay`");
        assertHeld(
                judge(trial -> VerdictTest::atTheEnd),
                "a hop without a name buffers",
                "turn off its response buffering");
    }

    @Test
    void whatIsHeldOnlyInGzipIsCompressed() {
        var verdict = Verdict.of(Trial.OF_STREAMER.stream()
                .map(trial -> trial.isGzip()
                        ? row(trial, VerdictTest::atTheEnd, "Server: Apache/2.4.71", "Content-Encoding: gzip")
                        : row(trial, VerdictTest::atOnce, "Server: Apache/2.4.71"))
                .toList());
        assertHeld(verdict, "Apache httpd compresses it", "until it is complete; cure: `SetEnv no-gzip 1`");
    }

    @Test
    void whatIsHeldOnlyWithoutTheHeaderIsLive() {
        var verdict = judge(trial -> trial.hasAccel() ? VerdictTest::atOnce : VerdictTest::atTheEnd, "Server: nginx");
        assertThat(verdict.outcome()).isEqualTo(Outcome.LIVE);
        assertThat(verdict.sentence()).startsWith("thanks to `X-Accel-Buffering: no`, which nginx obeys; ");
    }

    @Test
    void aCacheIsKnownByWhatIsOld() {
        var first = row(Trial.OF_STREAMER.get(0), VerdictTest::atOnce, "Via: 1.1 varnish");
        var replay = row(Trial.OF_STREAMER.get(1), millis -> 0, "Via: 1.1 varnish", "Age: 12\033");
        assertHeld(
                Verdict.of(List.of(first, replay)), "Varnish replays an earlier answer (Age: 12?)", "`return (pass)`");
    }

    @Test
    void aStreamOfAnotherClockIsNoReplay() {
        var live = row(Trial.OF_STREAMER.get(0), VerdictTest::atOnce);
        var whole = row(Trial.OF_STREAMER.get(0), VerdictTest::atTheEnd);
        assertThat(withBase(live, Duration.ofHours(-1)).shape()).isEqualTo(Shape.LIVE);
        assertThat(withBase(whole, Duration.ofHours(-1)).shape()).isEqualTo(Shape.WHOLE);
    }

    private static Row withBase(Row row, Duration base) {
        return new Row(row.trial(), row.head(), row.headAfter(), row.pieces(), row.lines(), row.end(), base);
    }

    @Test
    void anOldProtocolIsTold() {
        var live = judge(trial -> VerdictTest::atOnce, "HTTP/1.0");
        assertThat(live.outcome()).isEqualTo(Outcome.LIVE);
        assertThat(live.sentence()).contains("HTTP/1.0", "have it speak HTTP/1.1");
        assertHeld(
                judge(trial -> VerdictTest::atTheEnd, "HTTP/1.0"),
                "buffers the response until it is complete",
                "in HTTP/1.0");
    }

    @Test
    void anEndThatIsBrokenOffIsTold() {
        var live = row(Trial.OF_STREAMER.get(0), VerdictTest::atOnce, "X-Varnish: 5");
        var broken =
                new Row(live.trial(), live.head(), Duration.ZERO, live.pieces(), live.lines(), End.BROKEN, live.base());
        var verdict = Verdict.of(List.of(broken));
        assertThat(verdict.outcome()).isEqualTo(Outcome.BROKEN);
        assertThat(verdict.sentence()).startsWith("Varnish breaks it off before its end; cure: `return (pipe)`");
    }

    @Test
    void eachHopThatNamesItselfIsBlamed() {
        assertHeld(
                judge(trial -> VerdictTest::atTheEnd, "Server: cloudflare", "Via: 1.1 Caddy"),
                "Caddy or Cloudflare buffers",
                ", or ");
    }

    @ParameterizedTest
    @EnumSource(
            value = End.class,
            names = {"BROKEN", "LEFT"})
    void anEndThatDoesNotComeIsBroken(End end) {
        var live = row(Trial.OF_STREAMER.get(0), VerdictTest::atOnce);
        for (var count : List.of(0, 1, 2, Trial.LINES)) {
            var row = new Row(
                    live.trial(),
                    live.head(),
                    Duration.ZERO,
                    live.pieces().subList(0, count),
                    live.lines().subList(0, count),
                    end,
                    live.base());
            assertThat(Verdict.of(List.of(row)).outcome()).isEqualTo(Outcome.BROKEN);
            assertThat(Verdict.of(List.of(live, row)).outcome()).isEqualTo(Outcome.BROKEN);
        }
        assertThat(Verdict.of(List.of(other(End.BROKEN, 5, 1))).outcome()).isEqualTo(Outcome.BROKEN);
        assertThat(Verdict.of(List.of(other(End.BROKEN, 5, 1, 50))).outcome()).isEqualTo(Outcome.BROKEN);
    }

    @Test
    void anEndThatIsWaitedForInVainIsTold() {
        var live = row(Trial.OF_STREAMER.get(0), VerdictTest::atOnce, "Server: nginx");
        var endless =
                new Row(live.trial(), live.head(), Duration.ZERO, live.pieces(), live.lines(), End.LEFT, live.base());
        assertThat(Verdict.of(List.of(endless)))
                .isEqualTo(new Verdict(Outcome.BROKEN, "nginx does not let its end come; cure: what its log says"));
    }

    /** What has no lines to judge by is no proof, whatever the rest says. */
    @Test
    void aStreamThatIsChangedIsNotJudged() {
        var verdict = Verdict.of(Trial.OF_STREAMER.stream()
                .map(trial -> trial.hasAccel() ? empty(trial) : row(trial, VerdictTest::atTheEnd))
                .toList());
        assertThat(verdict)
                .isEqualTo(new Verdict(Outcome.UNKNOWN, "the stream has come without its lines: a hop changes it"));
        var inGzip = Verdict.of(Trial.OF_STREAMER.stream()
                .map(trial -> trial.isGzip() ? empty(trial) : row(trial, VerdictTest::atOnce))
                .toList());
        assertThat(inGzip)
                .isEqualTo(new Verdict(
                        Outcome.UNKNOWN,
                        "asked for in gzip, as browsers do, the stream has come without its lines: a hop changes it"));
    }

    private static Row empty(Trial trial) {
        return new Row(trial, head(), Duration.ZERO, List.of(), List.of(), End.CLEAN, Duration.ZERO);
    }

    @Test
    void ofAnotherStreamTooLittleMayCome() {
        assertThat(Verdict.of(List.of(other(End.CLEAN, 5, 1), other(End.LEFT, 5, 1, 50))))
                .isEqualTo(new Verdict(Outcome.UNKNOWN, "no byte of the body has come"));
        assertThat(Verdict.of(List.of(other(End.LEFT, 5, 1, 50))).sentence()).contains("too short, or too silent");
    }

    private static Row other(End end, long first, long step, int... bytes) {
        var pieces = new ArrayList<Piece>();
        for (var i = 0; i < bytes.length; i++) {
            pieces.add(new Piece(Duration.ofMillis(first + i * step), bytes[i]));
        }
        return new Row(
                Trial.OF_OTHERS.get(0), head("Server: nginx"), Duration.ZERO, pieces, List.of(), end, Duration.ZERO);
    }

    @Test
    void whatHasNoStampsIsJudgedByItsGaps() {
        assertThat(other(End.CLEAN, 5, 300, 8, 8, 8, 9).shape()).isEqualTo(Shape.LIVE);
        assertThat(other(End.CLEAN, 5, 300, 3_800, 4_096, 4_096, 17).shape()).isEqualTo(Shape.PIECES);
        assertThat(other(End.CLEAN, 900, 1, 50, 50).shape()).isEqualTo(Shape.WHOLE);
        assertThat(other(End.CLEAN, 900, 1, large(60, 9_000)).shape()).isEqualTo(Shape.WHOLE);
        assertThat(other(End.CLEAN, 5, 1, 50, 50).shape()).isEqualTo(Shape.UNKNOWN);
        assertThat(other(End.LEFT, 900, 1, 50).shape()).isEqualTo(Shape.UNKNOWN);
        assertThat(other(End.LEFT, 5, 1).shape()).isEqualTo(Shape.UNKNOWN);
        assertHeld(
                Verdict.of(List.of(other(End.CLEAN, 5, 300, 4_096, 4_096, 4_096, 17))),
                "blocks of 4096 bytes",
                "the program itself holds it, or nginx does");
    }

    private static int[] large(int pieces, int bytes) {
        return IntStream.generate(() -> bytes).limit(pieces).toArray();
    }

    /** Each within what counts as together after the one before, but not after the first. */
    @ParameterizedTest
    @ValueSource(ints = {8, 400, 1_448, 16_384})
    void whatComesAllTheTimeIsLive(int bytes) {
        for (var end : End.values()) {
            assertThat(other(end, 5, 5, large(300, bytes)).shape()).isEqualTo(Shape.LIVE);
            assertThat(other(end, 900, 5, large(300, bytes)).shape()).isEqualTo(Shape.LIVE);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {16_384, 16_376})
    void aRecordOfTlsIsNoBlock(int bytes) {
        assertThat(other(End.CLEAN, 5, 150, large(10, bytes)).shape()).isEqualTo(Shape.LIVE);
    }
}
