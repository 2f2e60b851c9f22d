package streamer.probe;

import static java.util.stream.Collectors.joining;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * A row as one line of text: a picture of its arrivals, and figures. In the picture each character is a part of the
 * time: {@code .} nothing has come, {@code |} what was sent in it, {@code #} more than that, {@code >} what came later
 * than the picture goes.
 *
 * @param width of the line, in characters
 * @param hasColour whether the picture is green or red
 */
public record Picture(int width, boolean hasColour) {
    private static final int LEAST = 20;
    private static final int MOST = 120;
    private static final int LABEL = 12;
    private static final int FIGURES = 46;
    private static final int LATE = 17; // of the figures, the two that need stamps
    private static final String FIGURES_FORMAT = "%8s%8s%13s%9s%8s";
    private static final String GREEN = "\033[32m";
    private static final String RED = "\033[31m";
    private static final String RESET = "\033[0m";
    private static final Duration OF_STREAMER = Duration.ofMillis(1_400);
    private static final double MORE_THAN_SENT = 1.5;
    private static final Duration OF_OTHERS = Duration.ofSeconds(4);

    /** The line above all rows. */
    public String heading(boolean isStamped) {
        var scale = "0 to " + Wire.seconds(axis(isStamped));
        var figures = String.format(FIGURES_FORMAT, "head", "first", "pieces", "late p50", "max");
        return " ".repeat(LABEL)
                + String.format("%-" + cells() + "s", scale)
                + (isStamped ? figures : figures.substring(0, figures.length() - LATE));
    }

    /** A row. */
    public String line(Row row) {
        var isNew = row.shape() != Row.Shape.REPLAY;
        var figures = String.format(
                FIGURES_FORMAT,
                millis(row.headAfter()),
                millis(row.firstAfter()),
                pieces(row),
                isNew ? millis(row.lateMedian()) : "-",
                isNew ? millis(row.lateMax()) : "-");
        var last = row.trial().isStamped() ? figures : figures.substring(0, figures.length() - LATE);
        return String.format("%-" + LABEL + "s", row.trial()) + coloured(row, draw(row)) + last;
    }

    private int cells() {
        return Math.max(LEAST, Math.min(MOST, width - LABEL - FIGURES));
    }

    private static Duration axis(boolean isStamped) {
        return isStamped ? OF_STREAMER : OF_OTHERS;
    }

    private String draw(Row row) {
        var isStamped = row.trial().isStamped();
        var cells = new int[cells()];
        var axis = axis(isStamped).toNanos();
        var isLater = false;
        for (var arrival : row.arrivals()) {
            var cell = (int) Math.min(cells.length, arrival.toNanos() * cells.length / axis);
            isLater |= cell == cells.length;
            cells[Math.min(cell, cells.length - 1)]++;
        }
        var sent = Math.max(1, Math.ceil(axis / (double) cells.length / Trial.EVERY.toNanos() * MORE_THAN_SENT));
        var drawn = new StringBuilder();
        for (var count : cells) {
            drawn.append(count == 0 ? '.' : !isStamped || count <= sent ? '|' : '#');
        }
        if (isLater) {
            drawn.setCharAt(cells.length - 1, '>');
        }
        return drawn.toString();
    }

    private String coloured(Row row, String drawn) {
        if (!hasColour || row.shape() == Row.Shape.UNKNOWN) {
            return drawn;
        }
        return (row.isHeld() ? RED : GREEN) + drawn + RESET;
    }

    /** How many pieces there are, and the size of most of them. */
    private static String pieces(Row row) {
        var sizes = row.pieces().stream().map(Row.Piece::bytes).sorted().toList();
        return sizes.isEmpty() ? "0" : sizes.size() + " x " + sizes.get(sizes.size() / 2) + " B";
    }

    private static String millis(Duration time) {
        return time.toMillis() < 10_000 ? time.toMillis() + " ms" : time.toSeconds() + " s";
    }

    /** What the heads tell of hops, on a line. */
    public static String hops(List<Row> rows) {
        var seen = rows.stream()
                .flatMap(row -> row.hops().stream())
                .filter(field ->
                        !field.name().equalsIgnoreCase("Age") && !field.name().equalsIgnoreCase("X-Varnish"))
                .map(field -> Text.visible(field.toString()))
                .distinct()
                .limit(6)
                .collect(joining(", "));
        var version = rows.get(0).head().version();
        var asked = rows.get(0)
                .head()
                .value(Trial.MARK)
                .map(mark -> ", streamer was asked in " + Text.visible(mark).toUpperCase(Locale.ROOT))
                .orElse("");
        return (seen.isEmpty() ? "no hop names itself" : seen) + "; " + version + asked;
    }
}
