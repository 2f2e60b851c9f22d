package streamer.process;

import java.io.IOException;
import java.util.regex.Pattern;
import streamer.process.LaunchException.Kind;

/** Error numbers of Linux and macOS ({@code errno(3)}) as a failed launch's message has them. */
final class Errno {
    static final int ENOENT = 2;
    static final int ESRCH = 3;
    static final int E2BIG = 7;
    static final int ENOEXEC = 8;
    static final int ECHILD = 10;
    static final int EAGAIN = 11;
    static final int ENOMEM = 12;
    static final int EACCES = 13;
    static final int EINVAL = 22;
    static final int ENFILE = 23;
    static final int EMFILE = 24;
    static final int ENOSPC = 28;

    private static final Pattern NUMBER = Pattern.compile("(?s).*?error[=:] ?(\\d+)(?:, )?(.*)");

    private Errno() {}

    /** The kind of failure. */
    static Kind kind(IOException cause) {
        var message = String.valueOf(cause.getMessage());
        var matcher = NUMBER.matcher(message);
        var number = matcher.matches() ? Integer.parseInt(matcher.group(1)) : 0;
        if (isScarcity(number)) {
            return Kind.NO_RESOURCES;
        }
        return switch (number) {
            case ENOENT -> Kind.NOT_FOUND;
            case E2BIG -> Kind.TOO_LARGE;
            case EACCES -> Kind.NOT_EXECUTABLE;
            default -> message.contains("Too many open files") ? Kind.NO_RESOURCES : Kind.OTHER;
        };
    }

    /** Whether it may be another time that there is one: out of processes, memory, descriptors or terminals. */
    static boolean isScarcity(int number) {
        return switch (number) {
            case EAGAIN, ENOMEM, ENFILE, EMFILE, ENOSPC -> true;
            default -> false;
        };
    }

    /** The system's error text, {@code strerror(3)}: {@code Text file busy} of {@code …: error=26, Text file busy}. */
    static String text(IOException cause) {
        var message = String.valueOf(cause.getMessage());
        var matcher = NUMBER.matcher(message);
        return matcher.matches() ? matcher.group(2) : message;
    }
}
