package streamer.http;

import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpServerConnection;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.xnio.Options;
import org.xnio.XnioIoThread;
import streamer.format.FormatChoice;
import streamer.format.Start;
import streamer.http.Follower.Part;
import streamer.http.request.Accept;
import streamer.http.response.Answer;
import streamer.http.response.StreamHead;
import streamer.kept.KeptRun;
import streamer.output.Ending.Reason;
import streamer.time.Pulse;

/**
 * All followers, by the I/O threads that they are on.
 *
 * <p>Threads: any.
 */
final class Followers {
    private static final Logger LOG = System.getLogger(Followers.class.getName());

    /** One in so many connections is for those who do not watch. */
    private static final int OTHERS = 8;

    /** So many may have what the system finds best for them; else thousands that do not read would take gigabytes. */
    private static final int UNBOUNDED = 8;

    /** What the system doubles, and takes for its own bookkeeping too ({@code socket(7)}). */
    private static final int SEND_BUFFER_BYTES = 64 * 1024;

    private final Serving serving;
    private final FormatChoice formats;
    private final Pulse pulse;
    private final int most;
    private final Map<XnioIoThread, FollowerThread> threads = new ConcurrentHashMap<>();
    private final Set<Follower> present = ConcurrentHashMap.newKeySet();

    /**
     * None yet.
     *
     * @param pulse calls them when something is due
     */
    Followers(Serving serving, Pulse pulse) {
        this.serving = serving;
        this.pulse = pulse;
        formats = new FormatChoice(serving.config().response().contentType(), "");
        var connections = serving.config().listener().maxConnections();
        most = connections - connections / OTHERS;
    }

    /**
     * Follows a run from where a response on the command's own path begins: from its first byte, or the first that is
     * kept. {@link Follower#start} must come.
     */
    Follower whole(HttpServerExchange exchange, KeptRun run, Follower.Listener listener) {
        var from = run.log().first();
        var headers = new HeaderMap()
                .put(Headers.CONTENT_LOCATION, RunsHandler.ONE + run.id() + RunsHandler.OUTPUT)
                .put(StreamHead.FROM, from);
        return follower(exchange, new Part(run, 0, from, Long.MAX_VALUE, headers), serving.formats(), listener);
    }

    /** Follows a part of a run. {@link Follower#start} must come. */
    Follower part(HttpServerExchange exchange, Part part) {
        return follower(exchange, part, formats, Follower.Listener.NONE);
    }

    /** Whether a client gets the run's output from its first byte on, or is told by an event what is missing. */
    boolean hasFirstByte(HttpServerExchange exchange, KeptRun run) {
        return run.log().first() == 0 || sendsEvents(exchange);
    }

    /** Whether a part of a run is sent as events to this client. */
    boolean sendsEvents(HttpServerExchange exchange) {
        return formats.wantsEvents(Accept.of(exchange));
    }

    /** The media type of a part of a run for this client. */
    String contentType(HttpServerExchange exchange) {
        return formats.contentType(Accept.of(exchange));
    }

    private Follower follower(HttpServerExchange exchange, Part part, FormatChoice choice, Follower.Listener listener) {
        var accept = Accept.of(exchange);
        var start = new Start(part.wanted(), part.from(), choice.wantsEvents(accept) && isAfterCarriageReturn(part));
        var format = choice.format(accept, part.run().id(), start);
        var thread = threads.computeIfAbsent(exchange.getIoThread(), on -> new FollowerThread(on, pulse));
        var follower = new Follower(exchange, part, format, thread, serving, listener, this::remove);
        present.add(follower);
        boundSendBuffer(exchange);
        return follower;
    }

    private static boolean isAfterCarriageReturn(Part part) {
        var byteBefore = ByteBuffer.allocate(1);
        try {
            return part.from() > 0
                    && part.run().log().read(part.from() - 1, byteBefore)
                    && byteBefore.flip().hasRemaining()
                    && byteBefore.get() == '\r';
        } catch (IOException e) {
            return false; // nor can be read what follows
        }
    }

    /** Answers a client that may not follow, as there may be no more who do; false, without effect, if it may. */
    boolean refuse(HttpServerExchange exchange) {
        var isFull = present.size() >= most;
        if (isFull) {
            RefusalReason.put(exchange, RefusalReason.VIEWERS);
            Answer.later(exchange, Answer.RETRY_SOON_SECONDS, "Too many watch already; see --max-connections.");
        }
        return isFull;
    }

    private void boundSendBuffer(HttpServerExchange exchange) {
        if (present.size() > UNBOUNDED && exchange.getConnection() instanceof HttpServerConnection connection) {
            try {
                connection.setOption(Options.SEND_BUFFER, SEND_BUFFER_BYTES);
            } catch (IOException e) {
                LOG.log(Level.DEBUG, "cannot bound a send buffer: {0}", e.toString());
            }
        }
    }

    private void remove(Follower follower) {
        present.remove(follower);
        if (present.isEmpty()) {
            synchronized (this) {
                notifyAll();
            }
        }
    }

    /** How many there are. */
    int size() {
        return present.size();
    }

    /** Breaks all off. */
    void abandonAll() {
        present.forEach(follower -> follower.abandon(Reason.SHUTDOWN));
    }

    /** Waits until there are none; false on timeout. */
    synchronized boolean awaitNone(Duration time) throws InterruptedException {
        var deadline = System.nanoTime() + time.toNanos();
        for (var left = time.toNanos(); !present.isEmpty(); left = deadline - System.nanoTime()) {
            if (left <= 0) {
                return false;
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return true;
    }
}
