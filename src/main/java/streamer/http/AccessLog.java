package streamer.http;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.AttachmentKey;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import streamer.output.Ending;

/** One line for each request, when it ends. */
final class AccessLog implements HttpHandler {
    private static final Logger LOG = System.getLogger("streamer.access");
    private static final AttachmentKey<Entry> KEY = AttachmentKey.create(Entry.class);

    private final HttpHandler next;

    AccessLog(HttpHandler next) {
        this.next = next;
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        var entry = new Entry(exchange);
        exchange.putAttachment(KEY, entry);
        exchange.addExchangeCompleteListener((done, after) -> {
            if (!entry.isRun) {
                entry.log("");
            }
            after.proceed();
        });
        next.handleRequest(exchange);
    }

    /** The line of this request. */
    static Entry of(HttpServerExchange exchange) {
        var entry = exchange.getAttachment(KEY);
        if (entry == null) {
            throw new IllegalStateException("the access log is not in the chain");
        }
        return entry;
    }

    /** One request's line; written once. */
    static final class Entry {
        private final HttpServerExchange exchange;
        private final long startNanos = System.nanoTime();
        private final AtomicBoolean written = new AtomicBoolean();
        private volatile boolean isRun;

        Entry(HttpServerExchange exchange) {
            this.exchange = exchange;
        }

        /** From here on the line waits for the run's ending. */
        void expectRun() {
            isRun = true;
        }

        /** Writes the line of a run. */
        void log(String run, @Nullable Ending ending) {
            var code = ending != null && ending.code().isPresent()
                    ? "" + ending.code().getAsInt()
                    : "-";
            log(" exit=" + code + " ended=" + (ending == null ? "-" : ending.word()) + " run=" + run);
        }

        private void log(String more) {
            if (written.compareAndSet(false, true)) {
                var seconds = (System.nanoTime() - startNanos) / 1e9;
                LOG.log(
                        Level.INFO,
                        String.format(
                                Locale.ROOT,
                                "%s %s %s %d %dB %.3fs%s",
                                CgiEnvironment.address(exchange.getSourceAddress()),
                                escape(exchange.getRequestMethod().toString()),
                                escape(exchange.getRequestURI()),
                                exchange.getStatusCode(),
                                exchange.getResponseBytesSent(),
                                seconds,
                                more));
            }
        }
    }

    /** Request data as a log line may hold it: printable ASCII without blanks. */
    private static String escape(String text) {
        var escaped = new StringBuilder(text.length());
        text.chars().forEach(c -> {
            if (c > ' ' && c < 127 && c != '\\') {
                escaped.append((char) c);
            } else {
                escaped.append(String.format(c < 256 ? "\\x%02x" : "\\u%04x", c));
            }
        });
        return escaped.toString();
    }
}
