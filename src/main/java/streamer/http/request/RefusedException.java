package streamer.http.request;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import streamer.output.Ending.Reason;

/** A refused request, body or form: status and line of the answer, and the reason for which its run is stopped. */
public final class RefusedException extends IOException {
    private static final long serialVersionUID = 1;

    private final int status;
    private final String line;
    private final @Nullable Reason reason;

    private RefusedException(int status, String line, @Nullable Reason reason, @Nullable Throwable cause) {
        super(line, cause);
        this.status = status;
        this.line = line;
        this.reason = reason;
    }

    /** 400: its framing or chunked coding is malformed or ambiguous. */
    public static RefusedException malformed() {
        return new RefusedException(400, "The request is malformed.", Reason.MALFORMED_BODY, null);
    }

    /** 501: its body has a transfer coding besides chunked. */
    public static RefusedException unknownCoding() {
        return new RefusedException(501, "No transfer coding but chunked is known here.", Reason.MALFORMED_BODY, null);
    }

    /** 413: the body is larger than is accepted. */
    public static RefusedException tooLarge() {
        return new RefusedException(413, "The request's body is larger than is accepted.", Reason.BODY_TOO_LARGE, null);
    }

    /** 408: the body comes too slowly. */
    static RefusedException tooSlow() {
        return new RefusedException(408, "The request's body comes too slowly.", Reason.SLOW_BODY, null);
    }

    /** 503: the body is not read any more, as the run is being stopped. */
    static RefusedException detached() {
        return new RefusedException(503, "The server is shutting down.", null, null);
    }

    /** 400: it holds something that cannot be passed to the command; the line says what. */
    public static RefusedException bad(String line) {
        return new RefusedException(400, line, null, null);
    }

    /** 503: the spool is full. */
    static RefusedException noRoom() {
        return new RefusedException(503, "There is no room for more uploads now.", null, null);
    }

    /** 507: a temporary file cannot be written. */
    static RefusedException notStored(IOException cause) {
        return new RefusedException(507, "The upload cannot be kept.", null, cause);
    }

    /** 507: there is no place for the run's output. */
    public static RefusedException notKept(IOException cause) {
        return new RefusedException(507, "The run's output cannot be kept.", null, cause);
    }

    /** The response's status. */
    public int status() {
        return status;
    }

    /** The answer's text, one line. */
    public String line() {
        return line;
    }

    /** The reason for which a run that has been launched is to be stopped; null if it need not be. */
    public @Nullable Reason reason() {
        return reason;
    }

    /** No stack trace: refusals are frequent, and must be cheap. */
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
