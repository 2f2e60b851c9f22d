package streamer.http;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import streamer.format.Format;

/** Which methods run the command; {@code HEAD} and {@code OPTIONS} are answered without. */
final class MethodRule implements HttpHandler {
    private final Set<String> methods;
    private final String allow;
    private final String contentType;
    private final HttpHandler next;

    MethodRule(List<String> methods, String contentType, HttpHandler next) {
        this.methods = Set.copyOf(methods);
        this.contentType = contentType;
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
            var isEvents = Format.wantsEvents(StreamHandler.accept(exchange));
            StreamHeaders.put(exchange, isEvents ? Format.EVENT_STREAM : contentType);
            Answer.head(exchange);
        } else {
            exchange.getResponseHeaders().put(Headers.ALLOW, allow);
            if (method.equals("OPTIONS")) {
                Answer.empty(exchange, 204);
            } else {
                Answer.line(exchange, 405, "Method not allowed.");
            }
        }
    }
}
