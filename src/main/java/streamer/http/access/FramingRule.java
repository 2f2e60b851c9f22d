package streamer.http.access;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpServerConnection;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Protocols;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import streamer.http.request.ChunkedBody;
import streamer.http.request.RefusedException;
import streamer.http.request.RequestPath;
import streamer.http.response.Answer;

/**
 * Request smuggling (RFC 9112, 6.3 and 11.2): refuses requests whose end is ambiguous and that Undertow accepts, and
 * those that are malformed by RFC 9113, 8.2. After such a request nothing more is read from an HTTP/1 connection.
 */
public final class FramingRule implements HttpHandler {
    /** {@code Content-Length}, of digits that fit into a long. */
    private static final Pattern LENGTH = Pattern.compile("[0-9]{1,18}");

    /** {@code Transfer-Encoding}: names of codings, and {@code chunked} as the last alone. */
    private static final Pattern ENCODED =
            Pattern.compile("(?:(?!chunked\\b)[\\w.-]+[ \t]*,[ \t]*)++chunked", Pattern.CASE_INSENSITIVE);

    private static final List<HttpString> NOT_ON_HTTP2 =
            List.of(new HttpString("Keep-Alive"), new HttpString("Proxy-Connection"), Headers.UPGRADE);

    private final HttpHandler next;

    /** A rule. */
    public FramingRule(HttpHandler next) {
        this.next = next;
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        var isSound = exchange.getConnection() instanceof HttpServerConnection connection
                ? isSoundOnHttp1(exchange, connection)
                : isSoundOnHttp2(exchange);
        if (isSound && hasSoundLength(exchange.getRequestHeaders())) {
            next.handleRequest(exchange);
        } else {
            exchange.setPersistent(false);
            Answer.refuse(
                    exchange, isEncoded(exchange) ? RefusedException.unknownCoding() : RefusedException.malformed());
        }
    }

    /** Whether the body has its end by chunks, and a coding below them that nobody here decodes (RFC 9112, 6.1). */
    private static boolean isEncoded(HttpServerExchange exchange) {
        var coding = exchange.getRequestHeaders().getFirst(Headers.TRANSFER_ENCODING);
        return coding != null && exchange.isHttp11() && ENCODED.matcher(coding).matches();
    }

    private static boolean isSoundOnHttp1(HttpServerExchange exchange, HttpServerConnection connection) {
        var headers = exchange.getRequestHeaders();
        if (isClosing(headers)) {
            exchange.setPersistent(false); // Undertow does not find close in a list of options
        }
        var coding = headers.getFirst(Headers.TRANSFER_ENCODING);
        if (coding == null) {
            return !exchange.getProtocol().equals(Protocols.HTTP_0_9);
        }
        if (!exchange.isRequestComplete()) {
            ChunkedBody.install(exchange, connection);
        }
        return exchange.isHttp11() && coding.equalsIgnoreCase("chunked");
    }

    private static boolean isClosing(HeaderMap headers) {
        return headers.contains(Headers.CONNECTION)
                && headers.get(Headers.CONNECTION).stream()
                        .flatMap(value ->
                                Stream.of(value.toLowerCase(Locale.ROOT).split(",")))
                        .anyMatch(option -> option.strip().equals("close"));
    }

    private static boolean isSoundOnHttp2(HttpServerExchange exchange) {
        var headers = exchange.getRequestHeaders();
        var length = headers.getFirst(Headers.CONTENT_LENGTH);
        var isCutShort = exchange.isRequestComplete() && length != null && !length.matches("0+");
        return !isCutShort
                && RequestPath.isWellEncoded(exchange)
                && NOT_ON_HTTP2.stream().noneMatch(headers::contains)
                && headers.getHeaderNames().stream()
                        .flatMap(name -> headers.get(name).stream())
                        .noneMatch(value -> value.chars().anyMatch(c -> c == '\r' || c == '\n' || c == 0));
    }

    private static boolean hasSoundLength(HeaderMap headers) {
        var length = headers.getFirst(Headers.CONTENT_LENGTH);
        return length == null || LENGTH.matcher(length).matches();
    }
}
