package streamer.http.access;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Pattern;

/** IP address literals, parsed without a DNS lookup. */
final class IpLiteral {
    static final String OCTET = "(25[0-5]|2[0-4]\\d|1?\\d?\\d)";
    private static final Pattern V4 = Pattern.compile("(" + OCTET + "\\.){3}" + OCTET);
    private static final Pattern V6 = Pattern.compile("[0-9A-Fa-f]*:[0-9A-Fa-f:.]*");

    private IpLiteral() {}

    /** Parses an address (RFC 3986, 3.2.2, without brackets); empty if it is none. */
    static Optional<InetAddress> parse(String text) {
        if (!V4.matcher(text).matches() && !V6.matcher(text).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.getByName(text));
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }
}
