package streamer.process;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Interpreter with output buffers of its own, which are not seen from outside: whether a program may hold its output is
 * guessed from its text, which has to print, and to have nothing in it that looks like the cure, or like a program that
 * reads all before it prints.
 *
 * @param cure what has a program write at once
 * @param isLiveAtTerminal whether a terminal cures it too
 * @param prints what a program has in its text that prints
 * @param isOther what a program has in its text or arguments that does not hold its output
 * @param variable the environment variable by which it may be cured; empty if there is none
 */
record Interpreter(String cure, boolean isLiveAtTerminal, Pattern prints, Pattern isOther, String variable) {
    private static final int MAX_SCRIPT_BYTES = 64 * 1024;
    private static final Pattern VERSION = Pattern.compile("[\\d.]+$");

    /** An option whose value is the program, as in {@code perl -ne}; there is no script then. */
    private static final Pattern PROGRAM_FOLLOWS = Pattern.compile("-\\w*[ecE]");

    private static final Interpreter PYTHON = new Interpreter(
            "PYTHONUNBUFFERED=1, which sudo and env -i drop",
            true,
            Pattern.compile("\\bprint *\\(|stdout\\.write"),
            Pattern.compile("\0-[A-Za-z]*u|flush|buffering|os\\.write|stdin\\.read|readlines|file *="),
            "PYTHONUNBUFFERED");
    private static final Interpreter PERL = new Interpreter(
            "$| = 1",
            true,
            Pattern.compile("\\b(print|printf|say)\\b(?! *\\{?[A-Z]+\\b)|\0-\\w*p"),
            Pattern.compile("\\$\\||(?i:autoflush)|flush|syswrite|\\bEND\\b|@\\w+ *= *<"),
            "PERL5OPT");
    private static final Interpreter RUBY = new Interpreter(
            "$stdout.sync = true",
            true,
            Pattern.compile("(?<!\\$stderr\\.|STDERR\\.)\\b(print|printf|puts)\\b"),
            Pattern.compile(
                    "stdout\\.sync|STDOUT\\.sync|flush|syswrite|\\bEND\\b|STDIN\\.read|\\$stdin\\.read|readlines"),
            "RUBYOPT");

    /** It holds what it reads, so it is enough that it reads. */
    private static final Interpreter MAWK = new Interpreter(
            "mawk -W interactive",
            false,
            Pattern.compile(""),
            Pattern.compile("-W[ \0]*i|\\bEND\\b|\\bBEGIN\\b|system|getline|fflush|>"),
            "");

    private static final Map<String, Interpreter> BY_NAME =
            Map.of("python", PYTHON, "perl", PERL, "ruby", RUBY, "mawk", MAWK);

    /** The one that a program's file is; {@code python3.11} is Python. */
    static Optional<Interpreter> named(String program) {
        return Optional.ofNullable(BY_NAME.get(VERSION.matcher(program).replaceFirst("")));
    }

    /** Whether its program in this process prints, and nothing is seen that speaks against its being held. */
    boolean mayHold(String process) {
        try {
            var arguments = Proc.read(process, "cmdline");
            var text = arguments + script(process, arguments.split("\0"));
            return !Proc.hasVariable(process, variable)
                    && prints.matcher(text).find()
                    && !isOther.matcher(text).find();
        } catch (IOException | InvalidPathException e) {
            return false;
        }
    }

    /** The text of the first argument that is a file; empty without one, or where it is long, or is no real file. */
    private static String script(String process, String[] arguments) throws IOException {
        if (Arrays.stream(arguments)
                .anyMatch(argument -> PROGRAM_FOLLOWS.matcher(argument).matches())) {
            return "";
        }
        var directory = Path.of(Proc.path(process, "cwd"));
        var file = Arrays.stream(arguments)
                .skip(1)
                .map(argument -> new String(argument.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8))
                .map(directory::resolve)
                .filter(Files::isRegularFile)
                .findFirst();
        var size = file.isPresent() ? Files.size(file.get()) : 0; // 0 in /proc, where reading may wait
        if (size == 0 || size > MAX_SCRIPT_BYTES) {
            return "";
        }
        try (var script = new FileInputStream(file.get().toFile())) {
            return new String(script.readNBytes((int) size), StandardCharsets.ISO_8859_1);
        }
    }
}
