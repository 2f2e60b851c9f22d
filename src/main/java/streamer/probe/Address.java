package streamer.probe;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.IDN;
import java.net.URLDecoder;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * An {@code http} or {@code https} URL (RFC 3986), taken apart.
 *
 * @param isSecure whether it is {@code https}
 * @param host a name or an address; that of IPv6 in brackets
 * @param port the port, also where it is the scheme's own
 * @param target path and query, as a request's first line has them (RFC 9112, 3.2.1)
 * @param user name and password, as they stand in the URL; empty for none
 */
public record Address(boolean isSecure, String host, int port, String target, String user) {
    private static final int HTTP = 80;
    private static final int HTTPS = 443;
    private static final int HIGHEST_PORT = 65_535;
    private static final Pattern HTTP_SCHEME = Pattern.compile("(?i)https?://");
    private static final Pattern OTHER_SCHEME = Pattern.compile("(?i)[a-z][a-z0-9+.-]*:");
    private static final Pattern NOT_IN_A_URL = Pattern.compile("[^!-~]");
    private static final Pattern END_OF_PATH = Pattern.compile("[?#].*");
    private static final Pattern URL = Pattern.compile("(?i)(?:(https?)://)?(?:([^@/?#\\s]*)@)?"
            + "(\\[[0-9a-f:.]+]|[^:/?#@\\[\\]\\s\\p{C}]+)(?::(\\d{1,5}))?([/?][!-~&&[^#]]*)?(?:#.*)?");

    /**
     * Reads a URL; without a scheme it is {@code http}.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static Address of(String url) {
        var parts = URL.matcher(url);
        if (!parts.matches()) {
            throw new IllegalArgumentException("'" + url + "' is not a URL like https://example.com/");
        }
        var isSecure = "https".equalsIgnoreCase(parts.group(1));
        var port = parts.group(4) == null ? (isSecure ? HTTPS : HTTP) : Integer.parseInt(parts.group(4));
        if (port == 0 || port > HIGHEST_PORT) {
            throw new IllegalArgumentException("'" + url + "' has no port from 1 to 65535");
        }
        var target = Optional.ofNullable(parts.group(5)).orElse("/");
        return new Address(
                isSecure,
                ascii(parts.group(3)),
                port,
                target.startsWith("/") ? target : "/" + target,
                Optional.ofNullable(parts.group(2)).orElse(""));
    }

    private static String ascii(String host) {
        return host.startsWith("[") || host.chars().allMatch(c -> c < 128)
                ? host.toLowerCase(Locale.ROOT)
                : IDN.toASCII(host);
    }

    /** The same server, another path and query. */
    Address at(String otherTarget) {
        return new Address(isSecure, host, port, otherTarget, user);
    }

    /** The path, without a query. */
    String path() {
        return target.split("\\?", 2)[0];
    }

    /**
     * Where a redirect leads (RFC 9110, 10.2.2). Credentials stay behind, unless it is the same server.
     *
     * @throws IllegalArgumentException if that is no address
     */
    Address resolve(String location) {
        var reference = encoded(location);
        if (HTTP_SCHEME.matcher(reference).lookingAt()) {
            var other = of(reference);
            return isSameServer(other) ? at(other.target) : other;
        }
        if (OTHER_SCHEME.matcher(reference).lookingAt()) {
            throw new IllegalArgumentException("'" + location + "' is not a URL like https://example.com/");
        }
        if (reference.startsWith("//")) {
            return resolve((isSecure ? "https:" : "http:") + reference);
        }
        return at(of("x" + absolute(reference)).target);
    }

    /** What no URL may contain, a blank or a byte of UTF-8, as servers send it and clients take it. */
    private static String encoded(String location) {
        return NOT_IN_A_URL
                .matcher(location)
                .replaceAll(c -> String.format("%%%02X", (int) c.group().charAt(0)));
    }

    /** A reference without a server as path and query (RFC 3986, 5.2.2). */
    private String absolute(String reference) {
        if (reference.startsWith("/")) {
            return withoutDots(reference);
        }
        if (reference.isEmpty() || reference.startsWith("#")) {
            return target;
        }
        return reference.startsWith("?")
                ? path() + reference
                : withoutDots(path().substring(0, path().lastIndexOf('/') + 1) + reference);
    }

    /** The segments {@code .} and {@code ..} of the path carried out (RFC 3986, 5.2.4). */
    private static String withoutDots(String target) {
        var path = END_OF_PATH.matcher(target).replaceFirst("");
        var segments = new ArrayDeque<String>();
        var isDirectory = false;
        for (var segment : path.substring(1).split("/", -1)) {
            isDirectory = segment.equals(".") || segment.equals("..");
            if (segment.equals("..")) {
                segments.pollLast();
            } else if (!isDirectory) {
                segments.add(segment);
            }
        }
        return "/" + String.join("/", segments) + (isDirectory && !segments.isEmpty() ? "/" : "")
                + target.substring(path.length());
    }

    /** Whether the other one is at the same scheme, host and port, so that it may have the same credentials. */
    public boolean isSameServer(Address other) {
        return isSecure == other.isSecure && port == other.port && host.equals(other.host);
    }

    /** The host, without the brackets of IPv6. */
    String name() {
        return host.replaceAll("[\\[\\]]", "");
    }

    /** The value of {@code Host} (RFC 9110, 7.2). */
    String authority() {
        return port == (isSecure ? HTTPS : HTTP) ? host : host + ":" + port;
    }

    /** The value of {@code Authorization} for its name and password (RFC 7617); empty if it has none. */
    Optional<String> authorization() {
        return user.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        "Basic " + Base64.getEncoder().encodeToString(decoded().getBytes(UTF_8)));
    }

    private String decoded() {
        var pair = user.contains(":") ? user : user + ":";
        try {
            return URLDecoder.decode(pair.replace("+", "%2B"), UTF_8);
        } catch (IllegalArgumentException e) { // a percent sign that stands for itself
            return pair;
        }
    }

    /** The URL, without name and password. */
    public String url() {
        return (isSecure ? "https://" : "http://") + authority() + target;
    }

    /** The URL for a message, where a long one is cut. */
    @Override
    public String toString() {
        return Text.visible(url());
    }
}
