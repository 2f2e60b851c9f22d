package streamer.probe;

import java.time.Duration;
import java.util.List;

/**
 * One way to ask for a stream. Two lengths of lines tell holding by size from holding by time; the same in gzip what
 * compresses; the same without {@code X-Accel-Buffering} what that is good for.
 *
 * @param isGzip whether it is asked for with {@code Accept-Encoding: gzip}
 * @param lineBytes the length of a line, about; 0 where what comes is not the diagnostic stream
 * @param hasAccel whether the head has {@code X-Accel-Buffering: no}
 */
public record Trial(boolean isGzip, int lineBytes, boolean hasAccel) {
    static final String PATH = "/-/probe";

    /** The field that streamer marks its answers with there; its value is the protocol it was asked in. */
    static final String MARK = "Streamer-Probe";

    /** Enough for two blocks of 4 KiB of the long ones. */
    static final int LINES = 30;

    static final Duration EVERY = Duration.ofMillis(40);

    static final Duration LENGTH = EVERY.multipliedBy(LINES - 1L);

    /** How long what is no diagnostic stream is watched. */
    private static final Duration WATCHED = Duration.ofSeconds(4);

    private static final int SHORT = 40;
    private static final int LONG = 320;
    private static final int STAMP = 20; // number, time, blanks and newline

    /** All ways to ask for the diagnostic stream. */
    static final List<Trial> OF_STREAMER = List.of(
            new Trial(false, SHORT, true),
            new Trial(false, LONG, true),
            new Trial(true, SHORT, true),
            new Trial(true, LONG, true),
            new Trial(false, SHORT, false),
            new Trial(false, LONG, false),
            new Trial(true, SHORT, false),
            new Trial(true, LONG, false));

    /** All ways to ask for anything else. */
    static final List<Trial> OF_OTHERS = List.of(new Trial(false, 0, true), new Trial(true, 0, true));

    /** Whether it is the diagnostic stream. */
    public boolean isStamped() {
        return lineBytes > 0;
    }

    boolean isLong() {
        return lineBytes == LONG;
    }

    /** How long the stream takes, or is watched. */
    Duration length() {
        return isStamped() ? LENGTH : WATCHED;
    }

    /** Where it is asked for: at this address, with a query of its own if it is the diagnostic stream. */
    Address of(Address at) {
        return isStamped() ? at.at(at.path() + query()) : at;
    }

    private String query() {
        return "?n=" + LINES + "&every=" + EVERY.toMillis() + "ms&pad=" + (lineBytes - STAMP)
                + (hasAccel ? "" : "&accel=0");
    }

    @Override
    public String toString() {
        return (isGzip ? "gzip" : "plain") + (isStamped() ? " " + lineBytes + " B" : "");
    }
}
