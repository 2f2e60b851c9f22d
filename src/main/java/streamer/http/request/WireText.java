package streamer.http.request;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import streamer.process.RawText;

/** Text of a request, which Undertow reads as ISO 8859-1: one char a byte. */
final class WireText {
    private WireText() {}

    /** The text of these bytes: UTF-8, or else {@link RawText}. */
    static String of(String wire) {
        return RawText.decode(wire.getBytes(StandardCharsets.ISO_8859_1));
    }

    /**
     * Decodes {@code %XX}, and {@code +} as a space ({@code application/x-www-form-urlencoded}).
     *
     * @throws IllegalArgumentException if that is malformed
     */
    static String decoded(String wire) {
        return of(URLDecoder.decode(wire, StandardCharsets.ISO_8859_1));
    }
}
