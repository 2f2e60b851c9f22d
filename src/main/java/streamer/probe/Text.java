package streamer.probe;

import java.util.regex.Pattern;

/** Text from the far end, which may be anything, as a part of a line for a terminal. */
final class Text {
    private static final int LONGEST = 200;

    /** Controls, C1's and those of direction among them, what has no character, and ends of lines. */
    private static final Pattern NOT_VISIBLE = Pattern.compile("[\\p{C}\\p{Zl}\\p{Zp}]");

    private Text() {}

    /** The text, or its beginning if it is long, with {@code ?} for each character that is not printable. */
    static String visible(String text) {
        var shown = text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "...";
        return NOT_VISIBLE.matcher(shown).replaceAll("?");
    }
}
