package streamer.testing;

import java.util.ArrayList;
import java.util.List;

/** Commands by what they do. All of them are real: {@code sh} and coreutils. */
public final class Commands {
    private Commands() {}

    /** A shell script; its arguments are {@code $1}, {@code $2}, … */
    public static List<String> sh(String script, String... arguments) {
        var command = new ArrayList<>(List.of("sh", "-c", script, "sh"));
        command.addAll(List.of(arguments));
        return command;
    }

    /** The same for what only bash can. */
    public static List<String> bash(String script) {
        return List.of("bash", "-c", script);
    }

    /** Is one command where a condition holds, else another. */
    public static List<String> either(String condition, String one, List<String> other) {
        return sh("if " + condition + "; then exec " + one + "; fi; exec \"$@\"", other.toArray(String[]::new));
    }

    /** Writes a text and ends. */
    public static List<String> printing(String text) {
        return sh("printf '%s' \"$1\"", text);
    }

    /** Says nothing and does not end by itself. */
    public static List<String> silent() {
        return List.of("sleep", "1000");
    }

    /** Says nothing and ends with a code. */
    public static List<String> exiting(int code) {
        return sh("exit " + code);
    }

    /** Writes its input. */
    public static List<String> echoing() {
        return List.of("cat");
    }

    /** Writes this many bytes, the same each time, of every value there is. */
    public static List<String> binary(long bytes) {
        return sh("yes \"$(printf 'a\\351\\377\\r b')\" | tr 'b' '\\000' | head -c " + bytes);
    }

    /** Says {@code ready}, and does not end by TERM. */
    public static List<String> ignoringTerm() {
        return sh("trap '' TERM; echo ready; while :; do sleep 1000; done");
    }
}
