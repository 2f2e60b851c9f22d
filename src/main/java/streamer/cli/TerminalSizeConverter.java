package streamer.cli;

import java.util.Map;
import java.util.Stack;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.TypeConversionException;
import streamer.process.TerminalSize;

/**
 * A terminal's size, like {@code 120x40}, which may be left out: then the next argument is not taken for it. {@code
 * true} and {@code false}, for the environment, are the default size and no terminal.
 */
final class TerminalSizeConverter implements ITypeConverter<@Nullable TerminalSize>, IParameterPreprocessor {
    static final String DEFAULT = "120x40";

    private static final Pattern SIZE = Pattern.compile("([1-9]\\d{0,3})x([1-9]\\d{0,3})");

    @Override
    public @Nullable TerminalSize convert(String text) {
        if (text.equals("false")) {
            return null;
        }
        var size = SIZE.matcher(text.equals("true") ? DEFAULT : text);
        if (!size.matches()) {
            throw new TypeConversionException("'" + text + "' is not a terminal's size like " + DEFAULT);
        }
        return new TerminalSize(Integer.parseInt(size.group(1)), Integer.parseInt(size.group(2)));
    }

    @Override
    @SuppressWarnings("JdkObsolete") // picocli's own type
    public boolean preprocess(Stack<String> arguments, CommandSpec command, ArgSpec flag, Map<String, Object> info) {
        if (!"=".equals(info.get("separator"))) {
            arguments.push(DEFAULT);
        }
        return false;
    }
}
