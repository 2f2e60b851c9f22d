package streamer.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Interpreter with output buffers of its own, which are not seen from outside: whether a program holds its output is
 * guessed from its text.
 *
 * @param cure what has a program write at once
 * @param isLiveAtTerminal whether a terminal cures it too
 * @param prints what a program has in its text that prints
 * @param isCured what its text or its arguments have if it is cured
 * @param variable the environment variable by which it may be cured; empty if there is none
 */
record Interpreter(String cure, boolean isLiveAtTerminal, Pattern prints, Pattern isCured, String variable) {
    private static final long MAX_SCRIPT_BYTES = 1 << 20;
    private static final Pattern VERSION = Pattern.compile("[\\d.]+$");

    private static final Interpreter PYTHON = new Interpreter(
            "PYTHONUNBUFFERED=1, which sudo and env -i drop",
            true,
            Pattern.compile("print|write"),
            Pattern.compile("\0-[A-Za-z]*u|flush"),
            "PYTHONUNBUFFERED");
    private static final Interpreter PERL = new Interpreter(
            "$| = 1",
            true,
            Pattern.compile("print|say|write|\0-\\w*p"),
            Pattern.compile("\\$\\||autoflush"),
            "PERL5OPT");
    private static final Interpreter RUBY = new Interpreter(
            "$stdout.sync = true",
            true,
            Pattern.compile("print|puts|\\bp\\b|write|<<"),
            Pattern.compile("\\.sync *=|flush"),
            "RUBYOPT");
    private static final Interpreter MAWK =
            new Interpreter("mawk -W interactive", false, Pattern.compile(""), Pattern.compile("interactive"), "");

    private static final Map<String, Interpreter> BY_NAME =
            Map.of("python", PYTHON, "perl", PERL, "ruby", RUBY, "mawk", MAWK);

    /** The one that a program's file is; {@code python3.11} is Python. */
    static Optional<Interpreter> named(String program) {
        return Optional.ofNullable(BY_NAME.get(VERSION.matcher(program).replaceFirst("")));
    }

    /** Whether its program in this process prints, and nothing is seen of the cure. */
    boolean mayHold(String process) {
        try {
            var arguments = Proc.read(process, "cmdline");
            var text = arguments + script(process, arguments.split("\0"));
            var isSet = ("\0" + Proc.read(process, "environ")).contains("\0" + variable + "=");
            return !isSet
                    && !isCured.matcher(text).find()
                    && prints.matcher(text).find();
        } catch (IOException e) {
            return false;
        }
    }

    /** The text of the first argument that is a file; empty without one. */
    private static String script(String process, String[] arguments) throws IOException {
        var directory = Path.of(Proc.path(process, "cwd"));
        var file = Arrays.stream(arguments)
                .skip(1)
                .map(directory::resolve)
                .filter(Files::isRegularFile)
                .findFirst();
        return file.isPresent() && Files.size(file.get()) <= MAX_SCRIPT_BYTES
                ? RawText.decode(Files.readAllBytes(file.get()))
                : "";
    }
}
