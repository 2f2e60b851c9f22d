package streamer.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.CommandSpec;

/**
 * {@code @file}: flags from a file, one a line, its value behind it or on the next line; expanded only before the
 * command, not in its arguments, which stand one on a line. Where a flag could stand, {@code #} begins a comment.
 */
final class ArgumentFile {
    private static final Pattern FLAG_AND_VALUE = Pattern.compile("(-[^\\s=]*)\\s+(.*)");

    private ArgumentFile() {}

    static List<String> expand(List<String> arguments, CommandSpec spec) {
        var expanded = new ArrayList<String>();
        var flags = new Flags(spec);
        for (var argument : arguments) {
            if (flags.expectsName() && argument.startsWith("@")) {
                read(argument.substring(1)).stream()
                        .filter(line -> !line.isBlank())
                        .flatMap(line -> arguments(line, flags).stream())
                        .forEachOrdered(expanded::add);
            } else {
                flags.next(argument);
                expanded.add(argument);
            }
        }
        return expanded;
    }

    private static List<String> arguments(String line, Flags flags) {
        var arguments = List.of(line);
        if (flags.expectsName() && line.stripLeading().startsWith("#")) {
            return List.of();
        }
        if (flags.expectsName()) {
            var pair = FLAG_AND_VALUE.matcher(line.strip());
            arguments = pair.matches() ? flags.pair(pair.group(1), pair.group(2)) : List.of(line.strip());
        }
        arguments.forEach(flags::next);
        return arguments;
    }

    private static List<String> read(String file) {
        try {
            return Files.readAllLines(Path.of(file));
        } catch (IOException | IllegalArgumentException e) {
            throw new UsageException("@" + file + ": cannot be read");
        }
    }
}
