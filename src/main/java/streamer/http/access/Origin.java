package streamer.http.access;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The origin of a web page (RFC 6454).
 *
 * @param isSecure whether its scheme is {@code https}
 * @param authority its host and port
 */
public record Origin(boolean isSecure, Authority authority) {
    private static final Pattern FORM = Pattern.compile("(https?)://([^/]+)", Pattern.CASE_INSENSITIVE);
    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;

    /** Parses the value of an {@code Origin} header; empty if it is malformed, or an opaque origin ({@code null}). */
    public static Optional<Origin> parse(String text) {
        var matcher = FORM.matcher(text);
        return matcher.matches()
                ? Authority.parse(matcher.group(2))
                        .map(named -> new Origin(
                                matcher.group(1).toLowerCase(Locale.ROOT).equals("https"), named))
                : Optional.empty();
    }

    /** Whether both are the same origin (RFC 6454, 5). */
    boolean isSameAs(Origin other) {
        return isSecure == other.isSecure && isAt(other.authority);
    }

    /** Whether this origin has this host and port. */
    boolean isAt(Authority other) {
        return authority.isSameAs(other, isSecure ? HTTPS_PORT : HTTP_PORT);
    }
}
