package streamer.cli;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Spelling suggestions for names of flags: the one that begins so, else the one at the smallest edit distance. */
final class Spelling {
    private static final int SHORT = 7;

    private Spelling() {}

    /** The nearest name; empty if none is near. */
    static Optional<String> nearest(String word, List<String> names) {
        var lower = word.toLowerCase(Locale.ROOT);
        var begun = names.stream()
                .filter(name -> lower.length() > "--x".length() && name.startsWith(lower))
                .min(Comparator.comparing(String::length));
        var most = lower.length() <= SHORT ? 1 : 2;
        return begun.or(() -> names.stream()
                .filter(name -> distance(lower, name) <= most)
                .min(Comparator.comparing(name -> distance(lower, name))));
    }

    /** Damerau and Levenshtein's distance, of optimal string alignment: two letters swapped are one edit. */
    private static int distance(String a, String b) {
        var rows = new int[a.length() + 1][b.length() + 1];
        for (var i = 0; i <= a.length(); i++) {
            for (var j = 0; j <= b.length(); j++) {
                rows[i][j] = i == 0 || j == 0 ? i + j : edits(rows, i, j, a, b);
            }
        }
        return rows[a.length()][b.length()];
    }

    private static int edits(int[][] rows, int i, int j, String a, String b) {
        var isEqual = a.charAt(i - 1) == b.charAt(j - 1);
        var fewest = Math.min(
                rows[i - 1][j - 1] + (isEqual ? 0 : 1), // kept or replaced
                Math.min(rows[i - 1][j], rows[i][j - 1]) + 1); // removed or added
        var isSwapped = i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
        return isSwapped ? Math.min(fewest, rows[i - 2][j - 2] + 1) : fewest;
    }
}
