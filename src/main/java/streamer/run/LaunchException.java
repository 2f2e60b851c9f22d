package streamer.run;

/** A command that cannot be launched, with one line that says why and gives nothing away of its environment. */
public final class LaunchException extends Exception {
    private static final long serialVersionUID = 1;

    /** The kinds of failure that call for different answers. */
    public enum Kind {
        /** There is no such command. */
        NOT_FOUND,
        /** It is there, but cannot be executed. */
        NOT_EXECUTABLE,
        /** The machine is out of processes, memory or descriptors; it may work a little later. */
        NO_RESOURCES,
        /** Arguments and environment together are larger than the system takes ({@code execve(2)}, E2BIG). */
        TOO_LARGE,
        /** The run was stopped before it began. */
        STOPPED,
        /** Anything else. */
        OTHER
    }

    private final Kind kind;

    LaunchException(Kind kind, String line) {
        super(line);
        this.kind = kind;
    }

    LaunchException(Kind kind, String line, Throwable cause) {
        super(line, cause);
        this.kind = kind;
    }

    /** What kind of failure it is. */
    public Kind kind() {
        return kind;
    }
}
