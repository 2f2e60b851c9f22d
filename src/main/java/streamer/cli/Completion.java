package streamer.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;

/**
 * {@code streamer completion SHELL}: writes a script that completes the flags, their values and the command. How a
 * shell completes is in the script; what there is to complete is set into it. (That of picocli offers flags behind the
 * command, nothing of the command itself, and values in capitals.)
 */
final class Completion {
    /** Its name as the first word. */
    static final String NAME = "completion";

    private static final Map<String, Supplier<Map<String, String>>> SHELLS =
            Map.of("bash", Completion::bash, "fish", Completion::fish, "zsh", Completion::zsh);

    private Completion() {}

    /** Writes the script for the shell of this name; returns an exit code. */
    static int execute(List<String> arguments, PrintWriter out, PrintWriter err) {
        var shell = arguments.size() == 1 ? arguments.get(0) : "";
        var parts = SHELLS.get(shell);
        if (parts == null) {
            return ErrorHandler.usage(
                    ServeCommand.commandLine(Map.of()).setErr(err),
                    "completion: for one of bash, fish, zsh; to run a command of that name, use `--`: streamer -- completion");
        }
        out.print(script(shell, parts));
        out.flush();
        return 0;
    }

    private static String script(String shell, Supplier<Map<String, String>> parts) {
        var script = template("completion." + shell).replace("@shells@", sorted(SHELLS.keySet().stream()));
        for (var part : parts.get().entrySet()) {
            script = script.replace(part.getKey(), part.getValue());
        }
        return script;
    }

    private static List<FlagShape> flags() {
        return flags(ServeCommand.commandLine(Map.of()));
    }

    private static List<FlagShape> probeFlags() {
        return flags(ProbeCommand.commandLine(Map.of()));
    }

    private static List<FlagShape> flags(CommandLine command) {
        return command.getCommandSpec().options().stream().map(FlagShape::of).toList();
    }

    private static String template(String name) {
        try (var file = Objects.requireNonNull(Completion.class.getResourceAsStream(name), name)) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, String> bash() {
        return Map.of(
                "@cases@",
                flags().stream().flatMap(Completion::bashCase).collect(Collectors.joining("\n")),
                "@flags@",
                names(flags().stream()),
                "@probe@",
                names(probeFlags().stream()));
    }

    private static Stream<String> bashCase(FlagShape flag) {
        var act = switch (flag.value()) {
            case NONE -> "";
            case OPTIONAL -> "return 2 ";
            case ANY -> ":";
            case CHOICE -> "echo '" + String.join(" ", flag.choices()) + "'";
            case FILE -> "echo '(files)'";
            case DIRECTORY -> "echo '(directories)'";
        };
        return act.isEmpty()
                ? Stream.empty()
                : Stream.of("        " + String.join(" | ", flag.names()) + ") " + act.strip() + " ;;");
    }

    /** In the words of zsh's {@code _arguments}. */
    private static Map<String, String> zsh() {
        return Map.of("@flags@", zsh(flags()), "@probe@", zsh(probeFlags()));
    }

    private static String zsh(List<FlagShape> flags) {
        return flags.stream().map(Completion::zsh).collect(Collectors.joining("\n"));
    }

    private static String zsh(FlagShape flag) {
        var value = switch (flag.value()) {
            case NONE -> "";
            case OPTIONAL -> "::" + flag.label() + ": ";
            case ANY -> ":" + flag.label() + ": ";
            case CHOICE -> ":value:(" + String.join(" ", flag.choices()) + ")";
            case FILE -> ":file:_files";
            case DIRECTORY -> ":directory:_files -/";
        };
        var names =
                flag.names().stream().map(name -> name + zshJoint(name, flag)).collect(Collectors.joining(","));
        var others = flag.isRepeated() ? "*" : "(" + String.join(" ", flag.names()) + ")";
        var text = "[" + flag.summary().replaceAll("[\\[\\]:\\\\]", "\\\\$0").replace("'", "'\\''") + "]" + value + "'";
        return "        "
                + (flag.names().size() == 1 ? "'" + others + names : "'" + others + "'{" + names + "}'")
                + text;
    }

    /** How a value is joined to a flag's name: with {@code =} or as the next word, with {@code =} alone, or as is. */
    private static String zshJoint(String name, FlagShape flag) {
        return switch (flag.value()) {
            case NONE -> "";
            case OPTIONAL -> "=-";
            default -> name.startsWith("--") ? "=" : "+";
        };
    }

    private static Map<String, String> fish() {
        var withValue = flags().stream()
                .filter(flag -> flag.value() != FlagShape.Value.NONE && flag.value() != FlagShape.Value.OPTIONAL)
                .flatMap(flag -> flag.names().stream())
                .toList();
        var letters = withValue.stream().filter(name -> !name.startsWith("--")).map(name -> name.substring(1));
        return Map.of(
                "@flags@",
                fish(flags(), "not __streamer_has_command"),
                "@probe@",
                fish(probeFlags(), "__streamer_is_probe"),
                "@values@",
                String.join(" ", withValue),
                "@shorts@",
                letters.collect(Collectors.joining()));
    }

    private static String fish(List<FlagShape> flags, String condition) {
        return flags.stream().map(flag -> fish(flag, condition)).collect(Collectors.joining("\n"));
    }

    private static String fish(FlagShape flag, String condition) {
        var names = flag.names().stream()
                .map(name -> name.startsWith("--") ? " -l " + name.substring(2) : " -s " + name.substring(1))
                .collect(Collectors.joining());
        var value = switch (flag.value()) {
            case NONE, OPTIONAL -> "";
            case ANY -> " -x";
            case CHOICE -> " -x -a '" + String.join(" ", flag.choices()) + "'";
            case FILE -> " -r -F";
            case DIRECTORY -> " -x -a '(__fish_complete_directories (commandline -ct))'";
        };
        return "complete -c streamer -n '" + condition + "'" + names + value + " -d '"
                + flag.summary().replace("\\", "\\\\").replace("'", "\\'") + "'";
    }

    private static String names(Stream<FlagShape> flags) {
        return flags.flatMap(flag -> flag.names().stream()).collect(Collectors.joining(" "));
    }

    private static String sorted(Stream<String> words) {
        return words.sorted().collect(Collectors.joining(" "));
    }
}
