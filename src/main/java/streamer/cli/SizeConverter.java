package streamer.cli;

import java.util.Locale;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Sizes in bytes: {@code 1}, {@code 64k}, {@code 10m}, {@code 2g}; the units are powers of 1,024. */
final class SizeConverter implements ITypeConverter<Long> {
    private static final Pattern SIZE = Pattern.compile("(\\d{1,15})([kmg]?)");
    private static final int KIBI_BITS = 10;

    @Override
    public Long convert(String text) {
        var matcher = SIZE.matcher(text.toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw new TypeConversionException("'" + text + "' is not a size like 1, 64k or 10m");
        }
        var bits = KIBI_BITS * " kmg".indexOf((matcher.group(2) + " ").charAt(0));
        var size = Long.parseLong(matcher.group(1));
        if (size > Long.MAX_VALUE >> bits) {
            throw new TypeConversionException("'" + text + "' is too large");
        }
        return size << bits;
    }
}
