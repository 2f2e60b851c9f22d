package streamer.probe;

import java.util.regex.Pattern;

/** Text from elsewhere, which may be anything, as a part of a line for a terminal. */
public final class Text {
    private static final int LONGEST = 200;

    /** Controls, C1's and those of direction among them, what has no character, and ends of lines. */
    private static final Pattern NOT_PRINTABLE = Pattern.compile("[\\p{C}\\p{Zl}\\p{Zp}]");

    private Text() {}

    /** The text, with {@code ?} for each character that is not printable. */
    public static String printable(String text) {
        return NOT_PRINTABLE.matcher(text).replaceAll("?");
    }

    /** The same, of a long text its beginning. */
    static String visible(String text) {
        return printable(text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "...");
    }
}
