package streamer.http.access;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where a web page comes from (RFC 6454).
 *
 * @param isSecure whether its scheme is {@code https}
 * @param authority its host and port
 */
public record Origin(boolean isSecure, Authority authority) {
    private static final Pattern FORM = Pattern.compile("(https?)://([^/]+)", Pattern.CASE_INSENSITIVE);
    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;

    /** Reads it, as it stands in an {@code Origin} header; empty if it is none, or none that can be named: {@code null}. */
    public static Optional<Origin> parse(String text) {
        var matcher = FORM.matcher(text);
        return matcher.matches()
                ? Authority.parse(matcher.group(2))
                        .map(named -> new Origin(
                                matcher.group(1).toLowerCase(Locale.ROOT).equals("https"), named))
                : Optional.empty();
    }

    /** Whether both are the same, however they are written. */
    boolean isSameAs(Origin other) {
        return isSecure == other.isSecure && isAt(other.authority);
    }

    /** Whether a page from here comes from this host and port. */
    boolean isAt(Authority other) {
        return authority.isSameAs(other, isSecure ? HTTPS_PORT : HTTP_PORT);
    }
}
