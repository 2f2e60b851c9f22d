package streamer.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.OptionSpec;
import streamer.http.request.Software;

/**
 * Sets the flags and the version into a manual page, which the build has in roff, by the macros of {@code man(7)}; it
 * is not part of the program that runs.
 */
public final class ManualPage {
    private ManualPage() {}

    /** Copies a page from the standard input to the standard output, with all that is set in. */
    public static void main(String[] arguments) throws IOException {
        var page = new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
        var out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        out.print(complete(page));
        out.flush();
    }

    static String complete(String page) {
        return page.replace("@version@", Software.NAME_AND_VERSION.replace('/', ' '))
                .replace("@options@\n", options());
    }

    private static String options() {
        var text = new StringBuilder();
        var command = ServeCommand.commandLine(Map.of()).getCommandSpec();
        Usage.groups(command).forEach((heading, options) -> {
            text.append(".SS ").append(roff(heading)).append('\n');
            options.forEach(option -> text.append(option(option)));
        });
        return text.toString();
    }

    private static String option(OptionSpec option) {
        var names = Arrays.stream(option.names())
                .map(name -> "\\fB" + roff(name) + "\\fR")
                .collect(Collectors.joining(", "));
        return ".TP\n" + names + value(FlagShape.of(option)) + "\n"
                + sentences(FlagShape.description(option)).stream()
                        .map(sentence -> roff(sentence) + "\n")
                        .collect(Collectors.joining());
    }

    private static String value(FlagShape flag) {
        return switch (flag.value()) {
            case NONE -> "";
            case OPTIONAL -> "[=\\fI" + roff(flag.label()) + "\\fR]";
            case CHOICE ->
                flag.choices().stream()
                        .map(choice -> "\\fB" + choice + "\\fR")
                        .collect(Collectors.joining("|", " ", ""));
            default -> " \\fI" + roff(flag.label()) + "\\fR";
        };
    }

    /** Each sentence on a line of its own, as roff wants them. */
    private static List<String> sentences(String text) {
        return List.of(text.split("(?<=\\.) (?=[A-Z])"));
    }

    private static String roff(String text) {
        var escaped = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq");
        return escaped.startsWith(".") ? "\\&" + escaped : escaped;
    }
}
