package streamer.http.access;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import streamer.format.FormatChoice;
import streamer.http.request.Accept;
import streamer.http.response.Answer;
import streamer.http.response.StreamHead;

/** Allowed methods: 405 for others; {@code HEAD} and {@code OPTIONS} are answered without a run. */
public final class MethodRule implements HttpHandler {
    /** The methods of what can only be read. */
    public static final List<String> READING = List.of("GET", "HEAD", "OPTIONS");

    private final Set<String> methods;
    private final String allow;
    private final FormatChoice formats;
    private final HttpHandler next;

    /** A rule; {@code formats} tells the type that HEAD is answered with. */
    public MethodRule(List<String> methods, FormatChoice formats, HttpHandler next) {
        this.methods = Set.copyOf(methods);
        this.formats = formats;
        this.next = next;
        var allowed = new LinkedHashSet<>(methods);
        if (this.methods.contains("GET")) {
            allowed.add("HEAD");
        }
        allowed.add("OPTIONS");
        allow = String.join(", ", allowed);
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        var method = exchange.getRequestMethod().toString();
        if (methods.contains(method)) {
            next.handleRequest(exchange);
        } else if (method.equals("HEAD") && methods.contains("GET")) {
            StreamHead.put(exchange, formats.contentType(Accept.of(exchange)));
            Answer.head(exchange);
        } else {
            refuse(exchange, allow, "; see --methods");
        }
    }

    /** Whether a method is one of these; any other has been answered, and so has OPTIONS. */
    public static boolean allows(HttpServerExchange exchange, List<String> methods) {
        var method = exchange.getRequestMethod().toString();
        if (!method.equals("OPTIONS") && methods.contains(method)) {
            return true;
        }
        refuse(exchange, String.join(", ", methods), "");
        return false;
    }

    /** Answers OPTIONS by the allowed methods, and any other by 405 and a line that ends in a hint. */
    public static void refuse(HttpServerExchange exchange, String allow, String hint) {
        var method = exchange.getRequestMethod().toString();
        exchange.getResponseHeaders().put(Headers.ALLOW, allow);
        if (method.equals("OPTIONS")) {
            Answer.empty(exchange, 204);
        } else {
            Answer.line(exchange, 405, method + " is not allowed here, only " + allow + hint + ".");
        }
    }
}
