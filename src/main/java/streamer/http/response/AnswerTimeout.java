package streamer.http.response;

import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpServerConnection;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.xnio.IoUtils;

/**
 * Closes an answer that its client does not take: on HTTP/1 the connection, on HTTP/2 the stream. Streams of runs have
 * their own rules.
 *
 * <p>Threads: any.
 */
final class AnswerTimeout {
    private static final long HTTP1_SECONDS = 60;
    private static final long HTTP2_SECONDS = 10;

    /** On HTTP/2 each answer with a body may wait for the client's window, and holds a buffer of 16 KiB. */
    private static final int MAX_PENDING = 256;

    private static final AtomicInteger PENDING = new AtomicInteger();

    private AnswerTimeout() {}

    /** Begins to watch an exchange. */
    static void begin(HttpServerExchange exchange) {
        var isHttp2 = isHttp2(exchange);
        var seconds = isHttp2 ? HTTP2_SECONDS : HTTP1_SECONDS;
        var count = isHttp2 ? 1 : 0;
        PENDING.addAndGet(count);
        Runnable close = () -> {
            if (!exchange.isResponseComplete()) { // else the rest of the request is being dropped
                IoUtils.safeClose(exchange.getConnection());
            }
        };
        var timer = exchange.getIoThread().executeAfter(close, seconds, TimeUnit.SECONDS);
        exchange.addExchangeCompleteListener((done, after) -> {
            timer.remove();
            PENDING.addAndGet(-count);
            after.proceed();
        });
    }

    /** Whether an answer to this request may have a body. */
    static boolean allowsBody(HttpServerExchange exchange) {
        return !isHttp2(exchange) || PENDING.get() < MAX_PENDING;
    }

    private static boolean isHttp2(HttpServerExchange exchange) {
        return !(exchange.getConnection() instanceof HttpServerConnection);
    }
}
