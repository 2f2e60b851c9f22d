package streamer.http;

import io.undertow.server.HttpServerExchange;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.xnio.IoUtils;
import streamer.http.response.Answer;
import streamer.kept.UnavailableException;

/** Requests that go on when something is known; at once, if it is known already. */
final class Later {
    private static final Logger LOG = System.getLogger(Later.class.getName());

    private Later() {}

    /** Goes on with what is known then, on the request's I/O thread; answers with 503 if that cannot be known now. */
    @SuppressWarnings("FutureReturnValueIgnored") // what follows throws nothing
    static <T> void then(HttpServerExchange exchange, CompletableFuture<T> known, Consumer<T> next) {
        if (known.isDone()) {
            goOn(exchange, known, next);
            return;
        }
        Executor whenKnown = task ->
                known.whenComplete((value, failure) -> exchange.getIoThread().execute(task));
        Runnable task = () -> {
            try {
                goOn(exchange, known, next);
            } catch (RuntimeException | Error e) {
                LOG.log(Level.ERROR, "a request failed: " + e, e);
                IoUtils.safeClose(exchange.getConnection());
            }
        };
        exchange.dispatch(whenKnown, task);
    }

    private static <T> void goOn(HttpServerExchange exchange, CompletableFuture<T> known, Consumer<T> next) {
        T value;
        try {
            value = known.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof UnavailableException unavailable) {
                Answer.later(exchange, Answer.RETRY_SOON_SECONDS, String.valueOf(unavailable.getMessage()));
                return;
            }
            throw e;
        }
        next.accept(value);
    }
}
