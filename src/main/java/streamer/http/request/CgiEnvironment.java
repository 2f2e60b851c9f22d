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
import streamer.run.RawText;

/**
 * CGI/1.1 environment of a request (RFC 3875, 4.1), with {@code STREAMER_QUERY_<NAME>} for each parameter of the query.
 * The first of equal names wins.
 */
public final class CgiEnvironment {
    /** Below MAX_ARG_STRLEN, 128 KiB for name and value ({@code execve(2)}); a longer value is refused. */
    private static final int MAX_VALUE_BYTES = 100 * 1024;

    /** Header names with other characters are left out: {@code A_B} would become the variable of {@code A-B}. */
    private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z0-9-]+");

    private static final Pattern NOT_IN_NAMES = Pattern.compile("[^A-Z0-9]");

    private static final Set<String> OWN_VARIABLES = Set.of("content-type", "content-length");
    /**
     * Never passed on: credentials (RFC 3875, 9.2), and {@code Proxy}, as programs take {@code HTTP_PROXY} for their
     * proxy (httpoxy).
     */
    private static final Set<String> NEVER = Set.of("proxy", "authorization", "proxy-authorization");

    private final Map<String, String> variables = new LinkedHashMap<>();

    private CgiEnvironment() {}

    /**
     * The environment of a request.
     *
     * @throws RefusedException if one of them has a NUL or is too long
     */
    public static CgiEnvironment of(HttpServerExchange exchange, PathPattern.Match path) throws RefusedException {
        var cgi = new CgiEnvironment();
        cgi.putServer(exchange);
        cgi.put("REQUEST_METHOD", exchange.getRequestMethod().toString());
        cgi.put("SCRIPT_NAME", path.scriptName());
        cgi.put("PATH_INFO", path.pathInfo());
        cgi.put("QUERY_STRING", text(exchange.getQueryString()));
        var peer = exchange.getSourceAddress();
        cgi.put("REMOTE_ADDR", address(peer));
        if (peer.getPort() > 0) { // a proxy does not forward it
            cgi.put("REMOTE_PORT", Integer.toString(peer.getPort()));
        }
        cgi.putClient(exchange.getAttachment(Client.KEY));
        cgi.putHeaders(exchange);
        cgi.putQuery(exchange.getQueryString());
        return cgi;
    }

    private void putServer(HttpServerExchange exchange) throws RefusedException {
        put("GATEWAY_INTERFACE", "CGI/1.1");
        put("SERVER_SOFTWARE", Software.NAME_AND_VERSION);
        var host = exchange.getHostName();
        put("SERVER_NAME", host.contains(":") ? "[" + host + "]" : host);
        put("SERVER_PORT", Integer.toString(exchange.getDestinationAddress().getPort()));
        put("SERVER_PROTOCOL", exchange.getProtocol().toString());
        if (exchange.getRequestScheme().equals("https")) {
            put("HTTPS", "on"); // no standard, but in general use
        }
        putCertificate(exchange.getConnection().getSslSession());
    }

    /** The subject of the client's certificate (RFC 4514), under the name that {@code mod_ssl} uses. */
    private void putCertificate(@Nullable SSLSession session) throws RefusedException {
        try {
            if (session != null) {
                put("SSL_CLIENT_S_DN", session.getPeerPrincipal().getName());
            }
        } catch (SSLPeerUnverifiedException e) {
            // No client certificate: none was requested.
        }
    }

    private void putClient(@Nullable Client client) throws RefusedException {
        if (client != null) {
            put("AUTH_TYPE", client.scheme());
            if (!client.name().isEmpty()) {
                put("REMOTE_USER", client.name());
            }
        }
    }

    private void putHeaders(HttpServerExchange exchange) throws RefusedException {
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

    private void putQuery(String query) throws RefusedException {
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

    private static String decode(String encoded) throws RefusedException {
        try {
            return decoded(encoded);
        } catch (IllegalArgumentException e) {
            throw RefusedException.bad("The query is not well encoded.");
        }
    }

    /**
     * Adds a variable, unless there is one of that name.
     *
     * @throws RefusedException if the value has a NUL or is too long
     */
    void put(String name, String value) throws RefusedException {
        if (value.indexOf('\0') >= 0) {
            throw RefusedException.bad(name + " would hold a NUL.");
        }
        if (value.length() > MAX_VALUE_BYTES || value.getBytes(StandardCharsets.UTF_8).length > MAX_VALUE_BYTES) {
            throw RefusedException.bad(name + " would be longer than " + MAX_VALUE_BYTES / 1024 + " KiB.");
        }
        variables.putIfAbsent(name, value);
    }

    /** Removes a variable. */
    void remove(String name) {
        variables.remove(name);
    }

    /** All variables, by name. */
    public Map<String, String> variables() {
        return variables;
    }

    /** A name as part of a variable's name: in upper case, with {@code _} for all but letters and digits. */
    public static String variableName(String name) {
        return NOT_IN_NAMES.matcher(name.toUpperCase(Locale.ROOT)).replaceAll("_");
    }

    /** The address without the port; a host name if it is not resolved. */
    public static String address(InetSocketAddress peer) {
        var address = peer.getAddress();
        return address == null ? peer.getHostString() : address.getHostAddress();
    }

    /** Text of what Undertow has read as ISO 8859-1: one char a byte. */
    private static String text(String wire) {
        return RawText.decode(wire.getBytes(StandardCharsets.ISO_8859_1));
    }

    /**
     * Decodes {@code %XX}, and {@code +} as a space ({@code application/x-www-form-urlencoded}).
     *
     * @throws IllegalArgumentException if that is malformed
     */
    static String decoded(String wire) {
        return text(URLDecoder.decode(wire, StandardCharsets.ISO_8859_1));
    }
}
