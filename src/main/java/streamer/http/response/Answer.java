package streamer.http.response;

import io.undertow.io.IoCallback;
import io.undertow.io.Sender;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.AttachmentKey;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.SameThreadExecutor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import streamer.http.request.RefusedException;
import streamer.http.request.RequestBody;

/**
 * A response of one line or none, to a request without a run, or whose run failed before its stream began. The rest of
 * the request's body is drained, up to a limit, so that the client can read the response.
 *
 * <p>Threads: any that owns the exchange; does not wait.
 */
public final class Answer {
    static final HttpString NO_SNIFF = new HttpString("X-Content-Type-Options");
    /** {@code Retry-After} when slots or resources are lacking. */
    public static final int RETRY_SOON_SECONDS = 1;
    /** {@code Retry-After} at shutdown: another server has to start first. */
    public static final int RETRY_LATER_SECONDS = 10;

    /** Why a request was refused, in words for its access line. */
    public static final AttachmentKey<String> WHY = AttachmentKey.create(String.class);

    private static final int FIRST_ERROR = 400;
    private static final int MISDIRECTED = 421;

    private Answer() {}

    /** Answers with a status and a line. */
    public static void line(HttpServerExchange exchange, int status, String line) {
        if (status >= FIRST_ERROR) {
            exchange.putAttachment(WHY, line);
        }
        send(exchange, status, "text/plain; charset=utf-8", line);
    }

    /** Answers with a status and JSON; 503 without a body while too many answers wait for their clients. */
    public static void json(HttpServerExchange exchange, int status, String text) {
        if (!AnswerTimeout.allowsBody(exchange)) {
            exchange.getResponseHeaders().put(Headers.RETRY_AFTER, RETRY_SOON_SECONDS);
            empty(exchange, 503, "Too many answers wait for their clients.");
            return;
        }
        send(exchange, status, "application/json", text);
    }

    /** Answers with a text of another media type. */
    public static void text(HttpServerExchange exchange, String type, String text) {
        send(exchange, 200, type, text);
    }

    /** Answers with a page, encoded as the headers that are set say. */
    public static void html(HttpServerExchange exchange, byte[] bytes) {
        exchange.getResponseHeaders().put(Headers.CACHE_CONTROL, "no-store");
        file(exchange, "text/html; charset=utf-8", bytes);
    }

    /** Answers with a file, which may be kept by its client as the headers that are set allow it. */
    public static void file(HttpServerExchange exchange, String type, byte[] bytes) {
        exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, type);
        exchange.getResponseHeaders().put(NO_SNIFF, "nosniff");
        send(exchange, 200, bytes);
    }

    private static void send(HttpServerExchange exchange, int status, String type, String text) {
        var headers = exchange.getResponseHeaders();
        headers.put(Headers.CONTENT_TYPE, type);
        headers.put(NO_SNIFF, "nosniff");
        headers.put(Headers.CACHE_CONTROL, "no-store");
        send(exchange, status, (text + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** Answers with the status and line of a refusal. */
    public static void refuse(HttpServerExchange exchange, RefusedException why) {
        line(exchange, why.status(), why.line());
    }

    /** Answers with 503, {@code Retry-After} in seconds (RFC 9110, 10.2.3) and a line. */
    public static void later(HttpServerExchange exchange, int seconds, String line) {
        exchange.getResponseHeaders().put(Headers.RETRY_AFTER, seconds);
        line(exchange, 503, line);
    }

    /** Answers with a status and no body. */
    public static void empty(HttpServerExchange exchange, int status) {
        exchange.setStatusCode(status);
        dispatch(exchange, () -> end(exchange));
    }

    /** Answers with a status and no body, and tells the access line why. */
    public static void empty(HttpServerExchange exchange, int status, String why) {
        exchange.putAttachment(WHY, why);
        empty(exchange, status);
    }

    /** Answers HEAD: the headers that a stream would have. */
    public static void head(HttpServerExchange exchange) {
        dispatch(exchange, () -> {
            try {
                var channel = exchange.getResponseChannel();
                channel.flush(); // else Undertow would add Content-Length: 0
                if (!exchange.isRequestComplete()) {
                    channel.shutdownWrites();
                    channel.flush();
                    RequestBody.of(exchange).drainAndClose();
                    return;
                }
            } catch (IOException e) {
                // The client has gone; endExchange() cleans up.
            }
            exchange.endExchange();
        });
    }

    private static void send(HttpServerExchange exchange, int status, byte[] body) {
        exchange.setStatusCode(status);
        if (status == MISDIRECTED) { // newer than Undertow's list
            exchange.setReasonPhrase("Misdirected Request");
        }
        if (!AnswerTimeout.allowsBody(exchange)) {
            dispatch(exchange, () -> end(exchange));
            return;
        }
        exchange.setResponseContentLength(body.length);
        dispatch(
                exchange,
                () -> exchange.getResponseSender().send(ByteBuffer.wrap(body), then(exchange, () -> end(exchange))));
    }

    /**
     * Dispatches if more of the request may come: after a handler that just returns Undertow would drain it without
     * limit.
     */
    private static void dispatch(HttpServerExchange exchange, Runnable answer) {
        AnswerTimeout.begin(exchange);
        if (exchange.isRequestComplete()) {
            answer.run();
        } else {
            RequestBody.discard(exchange);
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
