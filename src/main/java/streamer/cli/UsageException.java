package streamer.cli;

/** A usage error on the command line or in the environment; the message is one line. */
final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1;

    UsageException(String line) {
        super(line);
    }
}
