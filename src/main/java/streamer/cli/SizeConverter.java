package streamer.cli;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Sizes in bytes: {@code 1}, {@code 64k}, {@code 1.5g}, {@code 10MiB}; the units are powers of 1,024. */
final class SizeConverter implements ITypeConverter<Long> {
    private static final Pattern SIZE = Pattern.compile("(\\d{1,15})(?:(\\.\\d{1,9})?([kmg])i?)?b?");
    private static final int KIBI_BITS = 10;

    @Override
    public Long convert(String text) {
        var matcher = SIZE.matcher(text.toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw new TypeConversionException("'" + text + "' is not a size like 1, 64k or 10m");
        }
        var unit = matcher.group(3) == null ? 0 : KIBI_BITS * (1 + "kmg".indexOf(matcher.group(3)));
        var fraction = matcher.group(2) == null ? "" : matcher.group(2);
        var size = new BigDecimal(matcher.group(1) + fraction).multiply(BigDecimal.valueOf(1L << unit));
        if (size.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
            throw new TypeConversionException("'" + text + "' is too large");
        }
        return size.longValue();
    }
}
