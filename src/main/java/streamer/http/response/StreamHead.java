package streamer.http.response;

import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpAttachments;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import streamer.output.Ending;

/**
 * Status, headers and trailers of one stream. Most headers keep some proxy from buffering.
 *
 * @param exchange request and response
 * @param run the run's id
 * @param contentType the body's media type
 * @param more further headers, which win over these
 */
public record StreamHead(HttpServerExchange exchange, String run, String contentType, HeaderMap more) {
    private static final HttpString EXIT_CODE = new HttpString("Streamer-Exit-Code");
    private static final HttpString ENDED = new HttpString("Streamer-Ended");

    /** The offset of the body's first byte in the output. */
    public static final HttpString FROM = new HttpString("Streamer-From");

    /** The offset after the output's last byte so far. */
    public static final HttpString NEXT = new HttpString("Streamer-Next");

    /** The run's id. */
    public static final HttpString RUN = new HttpString("Streamer-Run");

    /** The names of streamer's own headers and trailers, as in {@code Access-Control-Expose-Headers}. */
    public static final String OWN = String.join(
            ", ", List.of(RUN.toString(), EXIT_CODE.toString(), ENDED.toString(), FROM.toString(), NEXT.toString()));

    /** A request's own {@code --on-failure}: of one that is broken off, browsers drop what has not been read. */
    private static final HttpString ON_FAILURE = new HttpString("Streamer-On-Failure");

    private static final HttpString ACCEL_BUFFERING = new HttpString("X-Accel-Buffering");
    private static final HttpString ROBOTS = new HttpString("X-Robots-Tag");

    /** A head without more headers. */
    public StreamHead(HttpServerExchange exchange, String run, String contentType) {
        this(exchange, run, contentType, new HeaderMap());
    }

    /** Sets the headers of every stream, also in response to HEAD. */
    public static void put(HttpServerExchange exchange, String contentType) {
        var headers = exchange.getResponseHeaders();
        headers.put(Headers.CONTENT_TYPE, contentType);
        headers.put(Headers.CACHE_CONTROL, "no-cache, no-transform");
        headers.add(Headers.VARY, "Accept");
        headers.put(Answer.NO_SNIFF, "nosniff");
        headers.put(ACCEL_BUFFERING, "no");
        headers.put(ROBOTS, "noindex");
        if (isChunked(exchange)) { // even with Connection: close, so that a truncation can be seen
            headers.put(Headers.TRANSFER_ENCODING, "chunked");
        }
        if (!exchange.isHttp10()) {
            headers.put(Headers.TRAILER, EXIT_CODE + ", " + ENDED);
        }
    }

    /** Takes the word back that keeps nginx and others from buffering, so that a probe can see what it is good for. */
    public static void allowBuffering(HttpServerExchange exchange) {
        exchange.getResponseHeaders().remove(ACCEL_BUFFERING);
    }

    /** Whether a stream's body has the chunked transfer coding. */
    static boolean isChunked(HttpServerExchange exchange) {
        return exchange.isHttp11();
    }

    /**
     * Sets status 200 and the headers; they are sent with the first bytes, or the first flush.
     *
     * @param ending the ending when the trailers are sent; null if it is not known
     */
    void commit(Supplier<@Nullable Ending> ending) {
        exchange.setStatusCode(200);
        put();
        exchange.putAttachment(HttpAttachments.RESPONSE_TRAILER_SUPPLIER, () -> trailers(ending.get()));
    }

    /** Sets all headers. */
    public void put() {
        put(exchange, contentType);
        exchange.getResponseHeaders().put(RUN, run);
        more.forEach(values -> exchange.getResponseHeaders().putAll(values.getHeaderName(), values));
    }

    private static HeaderMap trailers(@Nullable Ending ending) {
        var trailers = new HeaderMap();
        if (ending != null) {
            put(trailers, ending);
        }
        return trailers;
    }

    /** Tells an ending. */
    public static void put(HeaderMap headers, Ending ending) {
        ending.code().ifPresent(code -> headers.put(EXIT_CODE, code));
        headers.put(ENDED, ending.word());
    }

    /** Whether the client has asked that the response ends cleanly, however the run ends. */
    boolean wantsCleanEnd() {
        return "end".equals(exchange.getRequestHeaders().getFirst(ON_FAILURE));
    }

    /** Whether the connection, and on HTTP/2 the client's stream, is open. */
    boolean isConnected() {
        return !ClientGone.hasLeft(exchange);
    }

    /** Answers with a status and a line instead of a stream; the ending, if known, is in its headers. */
    public void fail(int status, String line, @Nullable Ending why) {
        exchange.getResponseHeaders().put(RUN, run);
        if (why != null) {
            put(exchange.getResponseHeaders(), why);
        }
        if (status == 503) {
            Answer.later(exchange, Answer.RETRY_SOON_SECONDS, line);
        } else {
            Answer.line(exchange, status, line);
        }
    }
}
