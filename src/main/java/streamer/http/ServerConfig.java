package streamer.http;

import java.time.Duration;
import java.util.List;

/**
 * How runs are put on HTTP.
 *
 * @param host the address to bind
 * @param port the port to bind; 0 for any free one
 * @param paths the request paths that run the command
 * @param methods the request methods that run it
 * @param stream how its output is streamed
 * @param body what becomes of a request's body
 */
public record ServerConfig(
        String host, int port, List<PathPattern> paths, List<String> methods, Stream stream, Body body) {

    /** Copies what could change. */
    public ServerConfig {
        paths = List.copyOf(paths);
        methods = List.copyOf(methods);
    }

    /**
     * The response.
     *
     * @param contentType the type of a plain stream
     * @param flush when bytes leave
     * @param statusWait how long a plain stream may stay silent before its 200 is sent
     * @param onFailure how a plain stream ends whose command failed
     */
    public record Stream(String contentType, FlushPolicy flush, Duration statusWait, OnFailure onFailure) {}

    /** The end of a plain stream whose command failed: broken off, or clean with the truth in the trailers. */
    public enum OnFailure {
        ABORT,
        END
    }

    /**
     * The request's body.
     *
     * @param maxBytes a larger one is refused
     * @param maxSpoolBytes what the files of all uploads may hold at one time
     * @param uploads how a form with files is handed on
     * @param stalledAfter a response that takes no byte for this long while its request's body still comes is broken off
     */
    public record Body(long maxBytes, long maxSpoolBytes, Uploads uploads, Duration stalledAfter) {}

    /** A form with files: its files are kept first and handed on by name, or it is handed on as it is. */
    public enum Uploads {
        FILES,
        RAW
    }
}
