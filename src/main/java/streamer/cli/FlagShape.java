package streamer.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.OptionSpec;

/**
 * A flag as a shell has to know it.
 *
 * @param names all its names, as {@code -p} and {@code --port}
 * @param value what stands behind it
 * @param choices the values to choose from; none for other than {@link Value#CHOICE}
 * @param label what the value is called; empty without one
 * @param isRepeated whether it may be given again
 * @param summary what it does, in a few words
 */
record FlagShape(
        List<String> names, Value value, List<String> choices, String label, boolean isRepeated, String summary) {
    private static final Pattern CHOICES = Pattern.compile("[a-z]+(\\|[a-z]+)+");
    private static final Pattern FIRST_CLAUSE = Pattern.compile("[;:]\\s|(?<=\\w|\\))\\.(\\s|$)");

    /** What stands behind a flag. */
    enum Value {
        NONE,
        /** One that has to be attached by {@code =}. */
        OPTIONAL,
        ANY,
        CHOICE,
        FILE,
        DIRECTORY
    }

    static FlagShape of(OptionSpec option) {
        var label = option.paramLabel();
        var value = value(option);
        return new FlagShape(
                List.of(option.names()),
                value,
                value == Value.CHOICE ? List.of(label.split("\\|")) : List.of(),
                value == Value.NONE ? "" : label,
                option.isMultiValue(),
                FIRST_CLAUSE.split(description(option), 2)[0]);
    }

    /** What its help says. */
    static String description(OptionSpec option) {
        return String.join(" ", option.description());
    }

    private static Value value(OptionSpec option) {
        if (option.arity().max() == 0) {
            return Value.NONE;
        } else if (option.arity().min() == 0) {
            return Value.OPTIONAL;
        } else if (CHOICES.matcher(option.paramLabel()).matches()) {
            return Value.CHOICE;
        } else if (option.type() == Path.class) {
            return option.paramLabel().equals("DIR") ? Value.DIRECTORY : Value.FILE;
        } else {
            return Value.ANY;
        }
    }
}
