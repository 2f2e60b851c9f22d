package streamer.http.request;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import java.net.InetSocketAddress;
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
 * CGI/1.1 environment of a request (RFC 3875, 4.1), with {@code STREAMER_QUERY_<NAME>} for each parameter of the query.
 * The first of equal names wins.
 */
public final class CgiEnvironment {
    /** Below MAX_ARG_STRLEN, 128 KiB for name and value ({@code execve(2)}); a longer value is refused. */
    private static final int MAX_VALUE_BYTES = 100 * 1024;

    private static final int MAX_PARAMETERS = 1_000;

    /** Header names with other characters are left out: {@code A_B} would become the variable of {@code A-B}. */
    private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z0-9-]+");

    private static final Pattern NOT_IN_NAMES = Pattern.compile("[^A-Z0-9]");

    private static final Set<String> OWN_VARIABLES = Set.of("content-type", "content-length");

    /** Headers of one connection (RFC 9110, 7.6.1), which are no matter of the command's (RFC 3875, 4.1.18). */
    private static final Set<String> HOP_BY_HOP =
            Set.of("connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade");

    /**
     * Never passed on: credentials (RFC 3875, 9.2), and {@code Proxy}, as programs take {@code HTTP_PROXY} for their
     * proxy (httpoxy).
     */
    private static final Set<String> NEVER = Set.of("proxy", "authorization", "proxy-authorization");

    /** The variables of RFC 3875, 4.1, and those that are in general use. */
    private static final Set<String> META_VARIABLES = Set.of(
            "AUTH_TYPE",
            "CONTENT_LENGTH",
            "CONTENT_TYPE",
            "GATEWAY_INTERFACE",
            "HTTPS",
            "PATH_INFO",
            "PATH_TRANSLATED",
            "QUERY_STRING",
            "REMOTE_ADDR",
            "REMOTE_HOST",
            "REMOTE_IDENT",
            "REMOTE_PORT",
            "REMOTE_USER",
            "REQUEST_METHOD",
            "REQUEST_URI",
            "SCRIPT_NAME",
            "SERVER_NAME",
            "SERVER_PORT",
            "SERVER_PROTOCOL",
            "SERVER_SOFTWARE",
            "SSL_CLIENT_S_DN");

    /** Names of variables that a request makes: but for {@code HTTP_PROXY}, which it never does. */
    private static final Pattern MADE_OF_PARTS =
            Pattern.compile("HTTP_(?!PROXY$).*|STREAMER_(QUERY|FORM|FILE|FILENAME)_.*");

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
        cgi.put("QUERY_STRING", WireText.of(exchange.getQueryString()));
        cgi.put("REQUEST_URI", WireText.of(RequestPath.withQuery(exchange)));
        var peer = exchange.getSourceAddress();
        cgi.put("REMOTE_ADDR", address(peer));
        cgi.put("REMOTE_HOST", address(peer)); // names are not looked up: 4.1.9
        if (peer.getPort() > 0) { // a proxy does not forward it
            cgi.put("REMOTE_PORT", Integer.toString(peer.getPort()));
        }
        cgi.putClient(exchange.getAttachment(Client.KEY));
        cgi.putHeaders(exchange);
        cgi.putQuery(exchange.getQueryString());
        return cgi;
    }

    /** Whether a command would take a variable of this name for a part of its request. */
    public static boolean isOfRequests(String name) {
        return META_VARIABLES.contains(name) || MADE_OF_PARTS.matcher(name).matches();
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
            put("CONTENT_TYPE", WireText.of(type));
        }
        var length = headers.getFirst(Headers.CONTENT_LENGTH);
        if (length != null) {
            put("CONTENT_LENGTH", length);
        }
        for (var values : headers) {
            var name = values.getHeaderName().toString();
            var lower = name.toLowerCase(Locale.ROOT);
            if (PLAIN_NAME.matcher(name).matches() && !isLeftOut(lower)) {
                put("HTTP_" + variableName(name), WireText.of(joined(lower, values)));
            }
        }
    }

    private static boolean isLeftOut(String header) {
        return OWN_VARIABLES.contains(header) || HOP_BY_HOP.contains(header) || NEVER.contains(header);
    }

    private static String joined(String name, HeaderValues values) {
        return String.join(name.equals("cookie") ? "; " : ", ", values);
    }

    private void putQuery(String query) throws RefusedException {
        var parameters = query.split("&", -1);
        if (parameters.length > MAX_PARAMETERS) {
            throw RefusedException.bad("The query has more than " + MAX_PARAMETERS + " parameters.");
        }
        for (var parameter : parameters) {
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
            return WireText.decoded(encoded);
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
}
