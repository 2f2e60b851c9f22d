package streamer.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What standard output is.
 *
 * @param columns its width in characters: {@code COLUMNS}, which {@code bin/streamer} sets at a terminal; else 80
 * @param hasColour whether it is a terminal, and {@code NO_COLOR} is not set
 */
record Terminal(int columns, boolean hasColour) {
    private static final int COLUMNS = 80;
    private static final Pattern NUMBER = Pattern.compile("[1-9]\\d{0,3}");
    private static final Pattern DEVICE = Pattern.compile("/dev/(pts/|tty|console).*");

    static Terminal of(Map<String, String> environment) {
        var columns = environment.getOrDefault("COLUMNS", "");
        return new Terminal(
                NUMBER.matcher(columns).matches() ? Integer.parseInt(columns) : COLUMNS,
                environment.getOrDefault("NO_COLOR", "").isEmpty()
                        && !environment.getOrDefault("TERM", "dumb").equals("dumb")
                        && isTerminal());
    }

    private static boolean isTerminal() {
        try {
            return DEVICE.matcher(
                            Files.readSymbolicLink(Path.of("/proc/self/fd/1")).toString())
                    .matches();
        } catch (IOException e) {
            return false; // no Linux: not known
        }
    }
}
