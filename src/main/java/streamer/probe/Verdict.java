package streamer.probe;

import static java.util.stream.Collectors.joining;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import streamer.probe.Row.End;
import streamer.probe.Row.Shape;

/**
 * What all rows together say.
 *
 * @param outcome whether the stream is live
 * @param sentence why not, and what cures it
 */
public record Verdict(Outcome outcome, String sentence) {
    /** HAProxy hands small pieces to the kernel as ones that more will follow, for which that waits so long. */
    private static final Duration CORK = Duration.ofMillis(200);

    private static final Duration CORK_TOLERANCE = Duration.ofMillis(60);

    /** Whether a stream is live. */
    public enum Outcome {
        /** As it is sent. */
        LIVE,
        /** Some hop holds it. */
        HELD,
        /** Some hop breaks it off. */
        BROKEN,
        /** There was too little to tell. */
        UNKNOWN;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Judges. */
    static Verdict of(List<Row> rows) {
        return Stream.<Function<List<Row>, Optional<Verdict>>>of(
                        Verdict::replayed,
                        Verdict::held,
                        Verdict::compressed,
                        Verdict::broken,
                        Verdict::changed,
                        Verdict::tooLittle,
                        Verdict::live)
                .flatMap(judge -> judge.apply(rows).stream())
                .findFirst()
                .orElseThrow();
    }

    private static Optional<Verdict> replayed(List<Row> rows) {
        return first(rows, row -> row.shape() == Shape.REPLAY).map(row -> {
            var age = row.head()
                    .value("Age")
                    .map(value -> " (Age: " + Text.visible(value) + ")")
                    .orElse("");
            return held(who(row) + " replays an earlier answer" + age + " instead of asking again"
                    + cure(row, Hop::againstCache, "have its cache leave this path out"));
        });
    }

    /** Held with the head that every stream has, and uncompressed. */
    private static Optional<Verdict> held(List<Row> rows) {
        var plain = rows.stream()
                .filter(row -> !row.head().isGzip() && row.trial().hasAccel() && row.shape() != Shape.UNKNOWN)
                .toList();
        return first(plain, row -> row.isHeld() && row.trial().isLong())
                .or(() -> first(plain, Row::isHeld))
                .map(row -> row.trial().isStamped() ? held(row, how(plain)) : heldPerhaps(row));
    }

    private static Verdict held(Row row, String how) {
        if (Hop.of(row.head()).isEmpty() && isCorked(row)) {
            return held("a hop without a name, most likely HAProxy, holds each line for 0.2 s; cure: `option"
                    + " http-no-delay` in its backend");
        }
        return held(who(row) + " buffers the response " + how + inHttp10(row)
                + cure(row, Hop::againstBuffering, "turn off its response buffering"));
    }

    /** Without stamps a program that holds its output looks the same. */
    private static Verdict heldPerhaps(Row row) {
        var how = row.shape() == Shape.PIECES
                ? "comes in blocks of " + row.blockBytes() + " bytes"
                : "has come all at once, " + Wire.seconds(row.firstAfter()) + " after the request";
        return held("it " + how + ": the program itself holds it, or " + who(row) + " does"
                + cure(row, Hop::againstBuffering, "turn off its response buffering"));
    }

    private static boolean isCorked(Row row) {
        return row.shape() == Shape.PIECES && row.step().minus(CORK).abs().compareTo(CORK_TOLERANCE) <= 0;
    }

    /** By size if longer lines come sooner, or pass; by time if they come in the same steps. */
    private static String how(List<Row> plain) {
        var held = plain.stream().filter(Row::isHeld).toList();
        if (held.stream().allMatch(row -> row.shape() == Shape.BEHIND)) {
            return "so that each line waits for a later one";
        }
        if (held.stream().allMatch(row -> row.shape() == Shape.PIECES) && held.size() > 1) {
            var steps = held.stream().map(Row::step).sorted().toList();
            if (steps.get(steps.size() - 1).compareTo(steps.get(0).multipliedBy(2)) < 0) {
                return "for about " + steps.get(0).toMillis() + " ms at a time";
            }
        }
        if (plain.stream().allMatch(row -> row.shape() == Shape.WHOLE)) {
            return "until it is complete";
        }
        var bytes = plain.stream().mapToInt(Row::heldBytes).max().orElse(0);
        return bytes > 0 ? "until there are about " + bytes + " bytes" : "until there is more of it";
    }

    /** Held only where it is compressed, as browsers ask for. */
    private static Optional<Verdict> compressed(List<Row> rows) {
        return first(
                        rows,
                        row -> row.isHeld()
                                && row.head().isGzip()
                                && row.trial().hasAccel())
                .map(row -> held(who(row) + " compresses it for clients that take gzip, as browsers do, and holds it"
                        + (row.shape() == Shape.WHOLE ? " until it is complete" : "")
                        + cure(row, Hop::againstGzip, "no compression for this path")));
    }

    private static Optional<Verdict> broken(List<Row> rows) {
        return first(rows, Row::isBroken)
                .map(row -> new Verdict(
                        Outcome.BROKEN,
                        who(row)
                                + (row.end() == End.LEFT
                                        ? " does not let its end come"
                                        : " breaks it off before its end")
                                + cure(row, Hop::againstBreaking, Hop.SEE_ITS_LOG)));
    }

    /** One way to ask that gives nothing to judge by is no proof, whatever the others say. */
    private static Optional<Verdict> changed(List<Row> rows) {
        return first(rows, row -> row.trial().isStamped() && row.trial().hasAccel() && row.shape() == Shape.UNKNOWN)
                .map(row -> new Verdict(
                        Outcome.UNKNOWN,
                        (row.trial().isGzip() ? "asked for in gzip, as browsers do, " : "")
                                + "the stream has come without its lines: a hop changes it"));
    }

    /** After this there is a row that is live. */
    private static Optional<Verdict> tooLittle(List<Row> rows) {
        if (rows.stream().anyMatch(row -> row.shape() == Shape.LIVE)) {
            return Optional.empty();
        }
        var why = rows.get(0).pieces().isEmpty()
                ? "no byte of the body has come"
                : "the answer is too short, or too silent, to tell whether anything holds it";
        return Optional.of(new Verdict(Outcome.UNKNOWN, why));
    }

    private static Optional<Verdict> live(List<Row> rows) {
        var live = first(rows, row -> row.shape() == Shape.LIVE).orElseThrow();
        var without = first(rows, row -> row.isHeld() && !row.trial().hasAccel());
        if (without.isPresent()) {
            var row = without.get();
            return Optional.of(live("thanks to `X-Accel-Buffering: no`, which " + who(row) + " obeys; else it buffers"
                    + cure(row, Hop::againstBuffering, "turn off its response buffering")));
        }
        if (live.head().version().equals("HTTP/1.0")) {
            return Optional.of(live("but " + who(live) + " answers in HTTP/1.0, where a stream that is cut off looks"
                    + " complete: have it speak HTTP/1.1"));
        }
        return Optional.of(live(
                live.trial().isStamped()
                        ? "each line arrives when it is sent"
                        : "it comes in pieces, over " + Wire.seconds(lastAfter(live))));
    }

    private static Duration lastAfter(Row row) {
        return row.pieces().get(row.pieces().size() - 1).after();
    }

    private static Verdict held(String sentence) {
        return new Verdict(Outcome.HELD, sentence);
    }

    private static Verdict live(String sentence) {
        return new Verdict(Outcome.LIVE, sentence);
    }

    private static String who(Row row) {
        var hops = Hop.of(row.head());
        return hops.isEmpty()
                ? "a hop without a name"
                : hops.stream().map(Hop::toString).collect(joining(" or "));
    }

    /** Where the hop speaks HTTP/1.0 that is why: its stream has no other end than the connection's. */
    private static String inHttp10(Row row) {
        return row.head().version().equals("HTTP/1.0") ? ", and answers in HTTP/1.0" : "";
    }

    private static String cure(Row row, Function<Hop, String> cure, String otherwise) {
        var hops = Hop.of(row.head());
        return "; cure: "
                + (hops.isEmpty() ? otherwise : hops.stream().map(cure).collect(joining(", or ")));
    }

    private static Optional<Row> first(List<Row> rows, Predicate<Row> which) {
        return rows.stream().filter(which).findFirst();
    }
}
