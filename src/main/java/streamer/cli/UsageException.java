package streamer.cli;

/** Words on the command line that do not make sense; the message says so in one line. */
final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1;

    UsageException(String line) {
        super(line);
    }
}
