package streamer.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/** {@code @file}: flags from a file, one argument a line; expanded only before the command, not in its arguments. */
final class ArgumentFile {
    private ArgumentFile() {}

    static List<String> expand(List<String> arguments, CommandSpec spec) {
        var expanded = new ArrayList<String>();
        var flags = new Flags(spec);
        var inFlags = true;
        for (var i = 0; i < arguments.size(); i++) {
            var argument = arguments.get(i);
            if (inFlags && flags.expectsName() && argument.startsWith("@")) {
                var lines = read(argument.substring(1));
                lines.removeIf(String::isBlank);
                lines.forEach(flags::next);
                expanded.addAll(lines);
            } else {
                flags.next(argument);
                expanded.add(argument);
            }
            inFlags = !flags.isOver();
        }
        return expanded;
    }

    private static List<String> read(String file) {
        try {
            return Files.readAllLines(Path.of(file));
        } catch (IOException | IllegalArgumentException e) {
            throw new UsageException("@" + file + ": cannot be read");
        }
    }
}
