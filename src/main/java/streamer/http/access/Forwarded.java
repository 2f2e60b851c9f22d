package streamer.http.access;

import io.undertow.util.HeaderMap;
import io.undertow.util.HttpString;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Forwarding headers of trusted proxies: {@code X-Forwarded-For}, {@code -Proto} and {@code -Host}, or without the
 * first of them {@code Forwarded} (RFC 7239).
 *
 * @param client the address that the outermost trusted proxy saw, with port 0 if unknown; null if none is named
 * @param scheme {@code http} or {@code https}; null if none is named
 * @param host the client's {@code Host}; null if none is named
 */
public record Forwarded(
        @Nullable InetSocketAddress client,
        @Nullable String scheme,
        @Nullable String host) {
    private static final HttpString FORWARDED = new HttpString("Forwarded");
    private static final HttpString FOR = new HttpString("X-Forwarded-For");
    private static final HttpString PROTO = new HttpString("X-Forwarded-Proto");
    private static final HttpString HOST = new HttpString("X-Forwarded-Host");

    private static final Pattern PARAMETER =
            Pattern.compile("\\s*([\\w-]+)=(?:\"((?:[^\"\\\\]|\\\\.)*+)\"|([^\\s\",;]*))\\s*([,;]|$)");
    private static final Pattern NODE = Pattern.compile("\\[([^]]*)](?::(\\d{1,5}))?|([^:]*):(\\d{1,5})|(.*)");
    private static final Pattern SCHEME = Pattern.compile("https?");
    private static final int MAX_PORT = 65_535;

    /**
     * Parses the headers from their end, where the nearest proxy appends, up to the first address that is not trusted:
     * what stands before it may be forged.
     */
    static Forwarded of(HeaderMap headers, Predicate<InetAddress> isTrusted) {
        if (headers.contains(FOR) || !headers.contains(FORWARDED)) {
            var nodes = nodes(list(headers, FOR));
            return new Forwarded(
                    client(nodes, outermost(nodes, isTrusted)), scheme(last(headers, PROTO)), last(headers, HOST));
        }
        var elements = elements(String.join(",", headers.get(FORWARDED)));
        if (elements.isEmpty()) {
            return new Forwarded(null, null, null);
        }
        var nodes = nodes(elements.stream()
                .map(element -> element.getOrDefault("for", ""))
                .toList());
        var index = outermost(nodes, isTrusted);
        var chosen = elements.get(Math.min(index, elements.size() - 1));
        return new Forwarded(client(nodes, index), scheme(chosen.get("proto")), chosen.get("host"));
    }

    private static List<Optional<InetSocketAddress>> nodes(List<String> texts) {
        return texts.stream().map(text -> node(text.strip())).toList();
    }

    /** The index, from the end, of the first node that is not trusted, or of the last before one that is no address. */
    private static int outermost(List<Optional<InetSocketAddress>> nodes, Predicate<InetAddress> isTrusted) {
        var index = nodes.size();
        var goesOn = true;
        while (goesOn && index > 0 && nodes.get(index - 1).isPresent()) {
            index--;
            goesOn = nodes.get(index)
                    .map(InetSocketAddress::getAddress)
                    .filter(isTrusted)
                    .isPresent();
        }
        return index;
    }

    private static @Nullable InetSocketAddress client(List<Optional<InetSocketAddress>> nodes, int index) {
        return index < nodes.size() ? nodes.get(index).orElse(null) : null;
    }

    private static List<String> list(HeaderMap headers, HttpString name) {
        return headers.contains(name)
                ? List.of(String.join(",", headers.get(name)).split(",", -1))
                : List.of();
    }

    private static @Nullable String last(HeaderMap headers, HttpString name) {
        var values = list(headers, name);
        return values.isEmpty() ? null : values.get(values.size() - 1).strip();
    }

    private static @Nullable String scheme(@Nullable String text) {
        var lower = text == null ? "" : text.toLowerCase(Locale.ROOT);
        return SCHEME.matcher(lower).matches() ? lower : null;
    }

    /** A node: address and optional port (RFC 7239, 6); {@code X-Forwarded-For} has IPv6 without brackets too. */
    private static Optional<InetSocketAddress> node(String text) {
        var bare = IpLiteral.parse(text);
        if (bare.isPresent()) {
            return bare.map(address -> new InetSocketAddress(address, 0));
        }
        var matcher = NODE.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        var isBracketed = matcher.group(1) != null;
        var host = isBracketed ? matcher.group(1) : matcher.group(3);
        var port = isBracketed ? matcher.group(2) : matcher.group(4);
        var number = port == null ? 0 : Integer.parseInt(port);
        return host == null || number > MAX_PORT
                ? Optional.empty()
                : IpLiteral.parse(host).map(address -> new InetSocketAddress(address, number));
    }

    /** The elements of a {@code Forwarded} header (RFC 7239, 4), as maps of parameters; none if it is malformed. */
    private static List<Map<String, String>> elements(String header) {
        var elements = new ArrayList<Map<String, String>>();
        var element = new HashMap<String, String>();
        var matcher = PARAMETER.matcher(header);
        var position = 0;
        while (position < header.length()) {
            if (!matcher.region(position, header.length()).lookingAt()) {
                return List.of();
            }
            var value = matcher.group(2) == null
                    ? matcher.group(3)
                    : matcher.group(2).replaceAll("\\\\(.)", "$1");
            element.putIfAbsent(matcher.group(1).toLowerCase(Locale.ROOT), value);
            if (!matcher.group(4).equals(";")) {
                elements.add(element);
                element = new HashMap<>();
            }
            position = matcher.end();
        }
        return elements;
    }
}
