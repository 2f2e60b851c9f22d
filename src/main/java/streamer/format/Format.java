package streamer.format;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import streamer.output.Ending;

/**
 * Turns the chunks of one output into the bytes of one body.
 *
 * <p>Threads: none of its own; its user guards it with a lock. A returned buffer is valid until the next call.
 */
public interface Format {
    /** A buffer of nothing. */
    ByteBuffer NOTHING = ByteBuffer.allocate(0).asReadOnlyBuffer();

    /** The media type that asks for {@link ServerSentEvents}. */
    String EVENT_STREAM = "text/event-stream";

    /** The body's own media type, or the one that is configured for plain output. */
    String contentType(String plainContentType);

    /** Whether the body has room to tell a bad ending: then it needs no other sign and ends cleanly. */
    boolean tellsEnding();

    /** What comes before all output. */
    ByteBuffer begin();

    /**
     * Takes bytes of the output, at least one, and gives what they add to the body; call again while any remain.
     *
     * @param bytes the output's next bytes; the format takes from their position on. The result may be this very buffer
     */
    ByteBuffer encode(ByteBuffer bytes);

    /** Whether the output stands within a line whose newest bytes nothing has shown yet. */
    boolean hasPart();

    /** Shows the unfinished line as far as it has come. */
    ByteBuffer part();

    /** Something that shows a client, and all hops before it, that the stream lives; empty where there is no such thing. */
    ByteBuffer heartbeat();

    /** What comes after all output. */
    ByteBuffer end(Ending ending, long millis);

    /**
     * The format a client asks for: server-sent events if one of its {@code Accept} headers (RFC 9110, 12.5.1) names
     * them with a weight above 0, else plain.
     */
    static boolean wantsEvents(List<String> acceptHeaders) {
        return acceptHeaders.stream()
                .flatMap(header -> List.of(header.split(",")).stream())
                .map(range -> range.toLowerCase(Locale.ROOT).replace(" ", "").replace("\t", ""))
                .anyMatch(range -> range.equals(EVENT_STREAM)
                        || (range.startsWith(EVENT_STREAM + ";") && !range.matches(".*;q=0(\\.0*)?(;.*)?")));
    }
}
