package streamer.process;

/** The command cannot be launched; the message is one line that says why and shows nothing of its environment. */
public final class LaunchException extends Exception {
    private static final long serialVersionUID = 1;

    /** The kind of failure, which decides the exit code or the response's status. */
    public enum Kind {
        /** No such command, interpreter or directory (ENOENT). */
        NOT_FOUND,
        /** It exists, but cannot be executed (EACCES). */
        NOT_EXECUTABLE,
        /** Out of processes, threads, memory or descriptors (EAGAIN, ENOMEM, EMFILE, ENFILE); a retry may work. */
        NO_RESOURCES,
        /** Arguments and environment are too large ({@code execve(2)}, E2BIG). */
        TOO_LARGE,
        /** The run was stopped before its launch. */
        STOPPED,
        /** Anything else. */
        OTHER
    }

    private final Kind kind;

    public LaunchException(Kind kind, String line) {
        super(line);
        this.kind = kind;
    }

    public LaunchException(Kind kind, String line, Throwable cause) {
        super(line, cause);
        this.kind = kind;
    }

    /** The kind of failure. */
    public Kind kind() {
        return kind;
    }
}
