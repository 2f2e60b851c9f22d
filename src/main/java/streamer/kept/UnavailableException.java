package streamer.kept;

/** Other machines cannot be asked or told now; the message is a line for whoever asked. */
public final class UnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** An exception. */
    public UnavailableException(String line) {
        super(line);
    }
}
