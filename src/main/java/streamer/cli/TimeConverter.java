package streamer.cli;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Times: {@code 250ms}, {@code 15s}, {@code 1h30m}, {@code 1d}, and {@code 0}. */
final class TimeConverter implements ITypeConverter<Duration> {
    private static final Duration LONGEST = Duration.ofDays(366);
    private static final List<ChronoUnit> UNITS =
            List.of(ChronoUnit.DAYS, ChronoUnit.HOURS, ChronoUnit.MINUTES, ChronoUnit.SECONDS, ChronoUnit.MILLIS);
    private static final Pattern TIME =
            Pattern.compile("(?!$)(?:(\\d{1,9})d)?(?:(\\d{1,9})h)?(?:(\\d{1,9})m)?(?:(\\d{1,9})s)?(?:(\\d{1,9})ms)?");

    @Override
    public Duration convert(String text) {
        if (text.equals("0")) {
            return Duration.ZERO;
        }
        var matcher = TIME.matcher(text.toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw new TypeConversionException("'" + text + "' is not a time like 250ms, 15s or 5m");
        }
        var time = Duration.ZERO;
        for (var i = 0; i < UNITS.size(); i++) {
            var number = matcher.group(i + 1);
            time = number == null ? time : time.plus(Long.parseLong(number), UNITS.get(i));
        }
        if (time.compareTo(LONGEST) > 0) {
            throw new TypeConversionException("'" + text + "' is longer than a year");
        }
        return time;
    }
}
