package streamer.cli;

import java.util.List;

/** A usage error on the command line or in the environment; the message is one line, which begins with a flag. */
final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient List<String> others;

    /**
     * An exception.
     *
     * @param others the names of other flags that it is about
     */
    UsageException(String line, String... others) {
        super(line);
        this.others = List.of(others);
    }

    List<String> others() {
        return others;
    }
}
