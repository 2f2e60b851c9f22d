package streamer.cli;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Scanner of the arguments before the command; records which flags are given. */
final class Flags {
    private final CommandSpec spec;
    private final Set<OptionSpec> given = new HashSet<>();
    private boolean valueFollows;
    private boolean over;

    Flags(CommandSpec spec) {
        this.spec = spec;
    }

    /** Whether the next argument is a flag or the command, not a flag's value. */
    boolean expectsName() {
        return !over && !valueFollows;
    }

    /** Whether the command has begun. */
    boolean isOver() {
        return over;
    }

    boolean isGiven(OptionSpec option) {
        return given.contains(option);
    }

    /** A flag and its value as arguments: one if the value may be left out, and so has to be attached. */
    List<String> pair(String name, String value) {
        @Nullable OptionSpec option = spec.findOption(name);
        var isAttached = option != null && option.arity().min() == 0;
        return isAttached ? List.of(name + "=" + value) : List.of(name, value);
    }

    /** Takes the next argument. */
    void next(String argument) {
        if (over) {
            return;
        }
        if (valueFollows) {
            valueFollows = false;
        } else if (argument.equals("--") || !argument.startsWith("-") || argument.equals("-")) {
            over = true;
        } else if (argument.startsWith("--")) {
            var equals = argument.indexOf('=');
            valueFollows = take(equals < 0 ? argument : argument.substring(0, equals)) && equals < 0;
        } else {
            cluster(argument);
        }
    }

    /** Short flags in one argument (POSIX 12.2, guideline 5): {@code -vp8080} is {@code -v -p 8080}. */
    private void cluster(String argument) {
        for (var i = 1; i < argument.length(); i++) {
            if (take("-" + argument.charAt(i))) {
                valueFollows = i == argument.length() - 1;
                return;
            }
        }
    }

    private boolean take(String name) {
        @Nullable OptionSpec option = spec.findOption(name);
        if (option == null) {
            return false;
        }
        given.add(option);
        return option.arity().min() > 0;
    }
}
