package streamer.http.access;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Basic authentication (RFC 7617): what all that speaks it shares. */
final class Basic {
    static final String SCHEME = "Basic";
    static final String CHALLENGE = "Basic realm=\"streamer\", charset=\"UTF-8\"";

    private Basic() {}

    /** Name and password with a colon between them; empty if they are not well encoded. */
    static String decode(String credentials) {
        try {
            return new String(Base64.getDecoder().decode(credentials), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }
}
