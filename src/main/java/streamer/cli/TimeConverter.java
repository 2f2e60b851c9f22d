package streamer.cli;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;
import streamer.time.TimeText;

/** Times, by {@link TimeText}; a year at most. */
final class TimeConverter implements ITypeConverter<Duration> {
    private static final Duration LONGEST = Duration.ofDays(366);

    @Override
    public Duration convert(String text) {
        var time = TimeText.parse(text)
                .orElseThrow(() -> new TypeConversionException("'" + text + "' is not a time like 250ms, 15s or 5m"));
        if (time.compareTo(LONGEST) > 0) {
            throw new TypeConversionException("'" + text + "' is longer than a year");
        }
        return time;
    }

    /**
     * A flag's time, if it is given.
     *
     * @throws UsageException if it is 0
     */
    static @Nullable Duration positive(String flag, @Nullable Duration time) {
        if (time != null && time.isZero()) {
            throw new UsageException(flag + ": must be more than 0");
        }
        return time;
    }
}
