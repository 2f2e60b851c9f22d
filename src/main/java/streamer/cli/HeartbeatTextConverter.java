package streamer.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Text with the escapes {@code \n}, {@code \t} and {@code \\}. */
final class HeartbeatTextConverter implements ITypeConverter<String> {
    @Override
    public String convert(String text) {
        var result = new StringBuilder();
        for (var i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            if (c == '\\') {
                i++;
                result.append(escaped(i < text.length() ? text.charAt(i) : ' '));
            } else {
                result.append(c);
            }
        }
        return result.toString();
    }

    private static char escaped(char c) {
        return switch (c) {
            case 'n' -> '\n';
            case 't' -> '\t';
            case '\\' -> '\\';
            default -> throw new TypeConversionException("the only escapes are \\n, \\t and \\\\");
        };
    }
}
