package streamer.http.response;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import streamer.output.Ending;

/** The head and the trailers of a stream. Most headers are there because some hop holds bytes without them. */
public final class StreamHeaders {
    private static final HttpString EXIT_CODE = new HttpString("Streamer-Exit-Code");
    private static final HttpString ENDED = new HttpString("Streamer-Ended");
    private static final HttpString RUN = new HttpString("Streamer-Run");
    /** The names of our own headers and trailers. */
    public static final String OWN = RUN + ", " + EXIT_CODE + ", " + ENDED;

    private static final HttpString ACCEL_BUFFERING = new HttpString("X-Accel-Buffering");
    private static final HttpString ROBOTS = new HttpString("X-Robots-Tag");

    private StreamHeaders() {}

    /** Sets what every stream has, also one that is only asked for by HEAD. */
    public static void put(HttpServerExchange exchange, String contentType) {
        var headers = exchange.getResponseHeaders();
        headers.put(Headers.CONTENT_TYPE, contentType);
        headers.put(Headers.CACHE_CONTROL, "no-cache, no-transform");
        headers.add(Headers.VARY, "Accept");
        headers.put(Answer.NO_SNIFF, "nosniff");
        headers.put(ACCEL_BUFFERING, "no");
        headers.put(ROBOTS, "noindex");
        if (exchange.isHttp11()) { // also where the client closes: without it a truncation could not be seen
            headers.put(Headers.TRANSFER_ENCODING, "chunked");
        }
        if (!exchange.isHttp10()) {
            headers.put(Headers.TRAILER, EXIT_CODE + ", " + ENDED);
        }
    }

    static void putRun(HttpServerExchange exchange, String run) {
        exchange.getResponseHeaders().put(RUN, run);
    }

    static void putEnding(HeaderMap headers, Ending ending) {
        ending.code().ifPresent(code -> headers.put(EXIT_CODE, code));
        headers.put(ENDED, ending.word());
    }
}
