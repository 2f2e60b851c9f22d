package streamer.testing;

import java.util.ArrayList;
import java.util.List;

/** Commands named by what they do; real processes, of {@code sh} and coreutils. */
public final class Commands {
    private Commands() {}

    /** A shell script; its arguments are {@code $1}, {@code $2}, … */
    public static List<String> sh(String script, String... arguments) {
        var command = new ArrayList<>(List.of("sh", "-c", script, "sh"));
        command.addAll(List.of(arguments));
        return command;
    }

    /** A bash script, for what POSIX {@code sh} cannot do. */
    public static List<String> bash(String script) {
        return List.of("bash", "-c", script);
    }

    /** Becomes one command if a shell condition holds, else another. */
    public static List<String> either(String condition, String one, List<String> other) {
        return sh("if " + condition + "; then exec " + one + "; fi; exec \"$@\"", other.toArray(String[]::new));
    }

    /** Writes a text and exits. */
    public static List<String> printing(String text) {
        return sh("printf '%s' \"$1\"", text);
    }

    /** Writes nothing and does not exit by itself. */
    public static List<String> silent() {
        return List.of("sleep", "1000");
    }

    /** Writes nothing and exits with a code. */
    public static List<String> exiting(int code) {
        return sh("exit " + code);
    }

    /** Copies standard input to standard output. */
    public static List<String> echoing() {
        return List.of("cat");
    }

    /** Writes this many bytes, the same each time, of every value there is. */
    public static List<String> binary(long bytes) {
        return sh("yes \"$(printf 'a\\351\\377\\r b')\" | tr 'b' '\\000' | head -c " + bytes);
    }

    /** Writes {@code ready}, and ignores TERM. */
    public static List<String> ignoringTerm() {
        return sh("trap '' TERM; echo ready; while :; do sleep 1000; done");
    }
}
