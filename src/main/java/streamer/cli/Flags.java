package streamer.cli;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Walks over the arguments that come before the command, and keeps in mind which flags were among them. */
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

    /** One dash: flags of a letter each, the last of them perhaps with its value behind it. */
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
        return option.arity().max() > 0;
    }
}
