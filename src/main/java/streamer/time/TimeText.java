package streamer.time;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Times as text: {@code 250ms}, {@code 15s}, {@code 1h30m}, {@code 1d}, and {@code 0}. */
public final class TimeText {
    private static final List<ChronoUnit> UNITS =
            List.of(ChronoUnit.DAYS, ChronoUnit.HOURS, ChronoUnit.MINUTES, ChronoUnit.SECONDS, ChronoUnit.MILLIS);
    private static final Pattern TIME =
            Pattern.compile("(?!$)(?:(\\d{1,9})d)?(?:(\\d{1,9})h)?(?:(\\d{1,9})m)?(?:(\\d{1,9})s)?(?:(\\d{1,9})ms)?");

    private TimeText() {}

    /** The time that a text says; empty if it says none. */
    public static Optional<Duration> parse(String text) {
        if (text.equals("0")) {
            return Optional.of(Duration.ZERO);
        }
        var matcher = TIME.matcher(text.toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            return Optional.empty();
        }
        var time = Duration.ZERO;
        for (var i = 0; i < UNITS.size(); i++) {
            var number = matcher.group(i + 1);
            time = number == null ? time : time.plus(Long.parseLong(number), UNITS.get(i));
        }
        return Optional.of(time);
    }
}
