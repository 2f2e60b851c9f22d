package streamer.http.response;

import io.undertow.io.IoCallback;
import io.undertow.io.Sender;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.SameThreadExecutor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import streamer.http.request.RequestBody;

/**
 * A response that is no stream: to a request that runs nothing, or whose run came to nothing. What its client still
 * sends is drained, up to a limit, so that the client gets to read the answer.
 *
 * <p>Threads: any that owns the exchange; does not wait.
 */
public final class Answer {
    static final HttpString NO_SNIFF = new HttpString("X-Content-Type-Options");
    public static final String TOO_LARGE = "The request's body is larger than is accepted.";
    public static final String MALFORMED = "The request is malformed.";
    public static final String TOO_SLOW = "The request's body comes too slowly.";
    public static final int RETRY_SOON_SECONDS = 1;
    public static final int RETRY_LATER_SECONDS = 10;

    private Answer() {}

    /** Answers with a status and a line. */
    public static void line(HttpServerExchange exchange, int status, String line) {
        var headers = exchange.getResponseHeaders();
        headers.put(Headers.CONTENT_TYPE, "text/plain; charset=utf-8");
        headers.put(NO_SNIFF, "nosniff");
        headers.put(Headers.CACHE_CONTROL, "no-store");
        send(exchange, status, (line + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** Answers that the server cannot do it now, but perhaps in some seconds. */
    public static void later(HttpServerExchange exchange, int seconds, String line) {
        exchange.getResponseHeaders().put(Headers.RETRY_AFTER, seconds);
        line(exchange, 503, line);
    }

    /** Answers with a status and no body. */
    public static void empty(HttpServerExchange exchange, int status) {
        exchange.setStatusCode(status);
        dispatch(exchange, () -> end(exchange));
    }

    /** Answers with the head that a stream would have. */
    public static void head(HttpServerExchange exchange) {
        dispatch(exchange, () -> {
            try {
                exchange.getResponseChannel().flush(); // else it would get a length
            } catch (IOException e) {
                // The client has gone; ending cleans up.
            }
            exchange.endExchange();
        });
    }

    private static void send(HttpServerExchange exchange, int status, byte[] body) {
        exchange.setStatusCode(status);
        exchange.setResponseContentLength(body.length);
        dispatch(
                exchange,
                () -> exchange.getResponseSender().send(ByteBuffer.wrap(body), then(exchange, () -> end(exchange))));
    }

    /** Where more of the request may come: a handler that just returns would have Undertow drain it without limit. */
    private static void dispatch(HttpServerExchange exchange, Runnable answer) {
        if (exchange.isRequestComplete()) {
            answer.run();
        } else {
            exchange.dispatch(SameThreadExecutor.INSTANCE, answer);
        }
    }

    private static void end(HttpServerExchange exchange) {
        if (exchange.isRequestComplete()) {
            exchange.endExchange();
        } else {
            var body = RequestBody.of(exchange);
            exchange.getResponseSender().close(then(exchange, body::drain));
        }
    }

    private static IoCallback then(HttpServerExchange exchange, Runnable next) {
        return new IoCallback() {
            @Override
            public void onComplete(HttpServerExchange done, Sender sender) {
                next.run();
            }

            @Override
            public void onException(HttpServerExchange done, Sender sender, IOException exception) {
                IoCallback.END_EXCHANGE.onException(exchange, sender, exception);
            }
        };
    }
}
