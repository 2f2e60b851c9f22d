package streamer.http.access;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * A host and optional port (RFC 3986, 3.2), normalized so that they can be compared.
 *
 * @param host in lower case, without a final dot; an IPv6 address in brackets and uncompressed
 * @param port the port; empty if none is named
 */
public record Authority(String host, OptionalInt port) {
    private static final String LABEL = "[A-Za-z0-9_-]+";
    /** Possessive ({@code *+}), so that a long text does not overflow the stack. */
    private static final Pattern FORM =
            Pattern.compile("(?:\\[([0-9A-Fa-f:.]+)]|(" + LABEL + "(?:\\." + LABEL + ")*+\\.?))(?::(\\d{0,5}))?");

    private static final Pattern LOOPBACK =
            Pattern.compile("(.+\\.)?localhost|127(\\." + IpLiteral.OCTET + "){3}|\\[0:0:0:0:0:0:0:1]");
    private static final int MAX_PORT = 65_535;

    /** Parses the value of a {@code Host} header; empty if it is malformed. */
    public static Optional<Authority> parse(String text) {
        var matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        var port = matcher.group(3) == null || matcher.group(3).isEmpty()
                ? OptionalInt.empty()
                : OptionalInt.of(Integer.parseInt(matcher.group(3)));
        var host = matcher.group(1) == null
                ? Optional.of(name(matcher.group(2)))
                : IpLiteral.parse(matcher.group(1)).map(Authority::literal);
        return host.filter(found -> port.orElse(0) <= MAX_PORT).map(found -> new Authority(found, port));
    }

    private static String name(String text) {
        var withoutDot = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
        return withoutDot.toLowerCase(Locale.ROOT);
    }

    private static String literal(InetAddress address) {
        return address instanceof Inet4Address ? address.getHostAddress() : "[" + address.getHostAddress() + "]";
    }

    /** Whether it is a loopback name or address, which nobody's DNS can make mean another machine. */
    boolean isLoopback() {
        return LOOPBACK.matcher(host).matches();
    }

    /** Whether both are the same, with this port as default. */
    boolean isSameAs(Authority other, int defaultPort) {
        return host.equals(other.host) && port.orElse(defaultPort) == other.port.orElse(defaultPort);
    }
}
