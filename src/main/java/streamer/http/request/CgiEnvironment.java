package streamer.http.request;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * The variables a request becomes: CGI/1.1 (RFC 3875, 4.1), and {@code STREAMER_QUERY_<NAME>} for each parameter of the
 * query. The first of equal names wins.
 */
public final class CgiEnvironment {
    /** A longer value is refused: the system takes 128 KiB for a variable with its name ({@code execve(2)}). */
    private static final int MAX_VALUE_BYTES = 100 * 1024;

    /** Names with anything else, {@code _} first of all, could pass for another header's. */
    private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z0-9-]+");

    private static final Pattern NOT_IN_NAMES = Pattern.compile("[^A-Z0-9]");

    private static final Set<String> OWN_VARIABLES = Set.of("content-type", "content-length");
    /** Credentials, and the name that many programs would take for their own {@code HTTP_PROXY}. */
    private static final Set<String> NEVER = Set.of("proxy", "authorization", "proxy-authorization");

    private final Map<String, String> variables = new LinkedHashMap<>();

    /** A request that cannot be put into an environment, with one line that says why. */
    public static final class BadValueException extends Exception {
        private static final long serialVersionUID = 1;

        BadValueException(String line) {
            super(line);
        }
    }

    private CgiEnvironment() {}

    /**
     * The variables of a request.
     *
     * @throws BadValueException if one of them has a NUL or is too long
     */
    public static CgiEnvironment of(HttpServerExchange exchange, PathPattern.Match path) throws BadValueException {
        var cgi = new CgiEnvironment();
        cgi.putServer(exchange);
        cgi.put("REQUEST_METHOD", exchange.getRequestMethod().toString());
        cgi.put("SCRIPT_NAME", path.scriptName());
        cgi.put("PATH_INFO", path.pathInfo());
        cgi.put("QUERY_STRING", text(exchange.getQueryString()));
        var peer = exchange.getSourceAddress();
        cgi.put("REMOTE_ADDR", address(peer));
        if (peer.getPort() > 0) { // a proxy does not tell it
            cgi.put("REMOTE_PORT", Integer.toString(peer.getPort()));
        }
        cgi.putClient(exchange.getAttachment(Client.KEY));
        cgi.putHeaders(exchange);
        cgi.putQuery(exchange.getQueryString());
        return cgi;
    }

    private void putServer(HttpServerExchange exchange) throws BadValueException {
        put("GATEWAY_INTERFACE", "CGI/1.1");
        put("SERVER_SOFTWARE", Software.NAME_AND_VERSION);
        var host = exchange.getHostName();
        put("SERVER_NAME", host.contains(":") ? "[" + host + "]" : host);
        put("SERVER_PORT", Integer.toString(exchange.getDestinationAddress().getPort()));
        put("SERVER_PROTOCOL", exchange.getProtocol().toString());
        if (exchange.getRequestScheme().equals("https")) {
            put("HTTPS", "on"); // of no standard, but what everybody looks at
        }
        putCertificate(exchange.getConnection().getSslSession());
    }

    /** Whom the client's certificate names (RFC 4514), as {@code mod_ssl} calls it. */
    private void putCertificate(@Nullable SSLSession session) throws BadValueException {
        try {
            if (session != null) {
                put("SSL_CLIENT_S_DN", session.getPeerPrincipal().getName());
            }
        } catch (SSLPeerUnverifiedException e) {
            // It has none: nobody asked for it.
        }
    }

    private void putClient(@Nullable Client client) throws BadValueException {
        if (client != null) {
            put("AUTH_TYPE", client.scheme());
            if (!client.name().isEmpty()) {
                put("REMOTE_USER", client.name());
            }
        }
    }

    private void putHeaders(HttpServerExchange exchange) throws BadValueException {
        var headers = exchange.getRequestHeaders();
        var type = headers.getFirst(Headers.CONTENT_TYPE);
        if (type != null) {
            put("CONTENT_TYPE", text(type));
        }
        var length = headers.getFirst(Headers.CONTENT_LENGTH);
        if (length != null) {
            put("CONTENT_LENGTH", length);
        }
        for (var values : headers) {
            var name = values.getHeaderName().toString();
            var lower = name.toLowerCase(Locale.ROOT);
            if (PLAIN_NAME.matcher(name).matches() && !OWN_VARIABLES.contains(lower) && !NEVER.contains(lower)) {
                put("HTTP_" + variableName(name), text(joined(lower, values)));
            }
        }
    }

    private static String joined(String name, HeaderValues values) {
        return String.join(name.equals("cookie") ? "; " : ", ", values);
    }

    private void putQuery(String query) throws BadValueException {
        for (var parameter : query.split("&", -1)) {
            if (!parameter.isEmpty()) {
                var equals = parameter.indexOf('=');
                var name = equals < 0 ? parameter : parameter.substring(0, equals);
                put(
                        "STREAMER_QUERY_" + variableName(decode(name)),
                        equals < 0 ? "" : decode(parameter.substring(equals + 1)));
            }
        }
    }

    private static String decode(String encoded) throws BadValueException {
        try {
            return URLDecoder.decode(text(encoded), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new BadValueException("The query is not well encoded.");
        }
    }

    /** Adds a variable, unless there is one of that name. */
    void put(String name, String value) throws BadValueException {
        if (value.indexOf('\0') >= 0) {
            throw new BadValueException(name + " would hold a NUL.");
        }
        if (value.length() > MAX_VALUE_BYTES || value.getBytes(StandardCharsets.UTF_8).length > MAX_VALUE_BYTES) {
            throw new BadValueException(name + " would be longer than " + MAX_VALUE_BYTES / 1024 + " KiB.");
        }
        variables.putIfAbsent(name, value);
    }

    /** Takes a variable's value back. */
    void remove(String name) {
        variables.remove(name);
    }

    public Map<String, String> variables() {
        return variables;
    }

    /** What stands for a name from outside in a variable's name. */
    public static String variableName(String name) {
        return NOT_IN_NAMES.matcher(name.toUpperCase(Locale.ROOT)).replaceAll("_");
    }

    public static String address(InetSocketAddress peer) {
        var address = peer.getAddress();
        return address == null ? peer.getHostString() : address.getHostAddress();
    }

    /** Bytes above 127 come from the wire as Latin-1; what is meant nowadays is UTF-8. */
    private static String text(String wire) {
        return new String(wire.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }
}
