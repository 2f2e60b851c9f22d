package streamer.redis;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import streamer.time.Stopwatch;

/**
 * The connection that waits: for what comes next for mirrors that are not behind, and for what this machine is to do.
 *
 * <p>Threads: one of its own, {@code redis-wait}; any adds downlinks.
 */
final class Subscriber implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Subscriber.class.getName());

    /** Entries of 64 KiB in one answer. */
    private static final int MOST_ENTRIES = 64;

    /** Mirrors that wait in one command, each of which may get an entry of 64 KiB; if there are more, they take turns. */
    private static final int MOST_WAITING = 256;

    private static final String TURN_MILLIS = "10";

    /** Whoever has something in so many answers in a row may be behind. */
    private static final int LONGEST_STREAK = 8;

    private static final long PAUSE_MILLIS = 50;
    private static final long LOST_MILLIS = 500;
    private static final long CLOSE_MILLIS = 2_000;
    private static final String FIRST_ID = "0-0";

    private final Connector connector;
    private final byte[] control;
    private final byte[] wake;
    private final Consumer<Map<String, String>> order;
    private final Consumer<Downlink> behind;
    private final Queue<Downlink> added = new ConcurrentLinkedQueue<>();
    private final Map<String, Waiting> waiting = new LinkedHashMap<>();
    private final Stopwatch lost = new Stopwatch();
    private final Thread thread = new Thread(this::run, "redis-wait");
    private volatile boolean closed;
    private @Nullable Connection connection;
    private boolean hasFailed;
    private String lastControl = FIRST_ID;
    private String lastWake = FIRST_ID;

    /** A downlink, and in how many answers without a break it has had something. */
    private static final class Waiting {
        private final Downlink downlink;
        private int streak;
        private boolean hadSome;

        private Waiting(Downlink downlink) {
            this.downlink = downlink;
        }

        private void ask() {
            streak = hadSome ? streak + 1 : 0;
            hadSome = false;
        }

        private boolean isBehind() {
            hadSome = true;
            return streak >= LONGEST_STREAK;
        }
    }

    /**
     * Waits for nothing yet.
     *
     * @param control the stream of what this machine is to do
     * @param wake a stream that gets something when there are downlinks to be added
     * @param order gets the fields of each of its entries; must not wait
     * @param behind takes a downlink that is behind
     */
    Subscriber(
            Connector connector,
            byte[] control,
            byte[] wake,
            Consumer<Map<String, String>> order,
            Consumer<Downlink> behind) {
        this.connector = connector;
        this.control = control.clone();
        this.wake = wake.clone();
        this.order = order;
        this.behind = behind;
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Waits for what comes for a downlink too, from the next round on. */
    void add(Downlink downlink) {
        added.add(downlink);
    }

    /** For how long there has been no connection, in nanoseconds; 0 if there is one. */
    long awayNanos() {
        return lost.elapsed(System.nanoTime());
    }

    private void run() {
        try {
            while (!closed) {
                try {
                    read();
                } catch (RuntimeException | Error e) { // such as no memory for an answer
                    failed(e);
                    Thread.sleep(lost.isRunning() ? LOST_MILLIS : PAUSE_MILLIS);
                }
            }
        } catch (InterruptedException e) {
            LOG.log(Level.DEBUG, "interrupted: it is closed");
        } finally {
            disconnect();
        }
    }

    private void disconnect() {
        var last = connection;
        connection = null;
        if (last != null) {
            Connector.close(last);
        }
    }

    /** What one key's type spoils for all is sorted out by asking for each; if that is of no use, it is lost. */
    private void failed(Throwable why) {
        var isReply = why instanceof JedisDataException && !Replies.isAway(String.valueOf(why.getMessage()));
        if (isReply && !waiting.isEmpty() && !hasFailed) {
            hasFailed = true;
            waiting.values().forEach(one -> behind.accept(one.downlink));
            waiting.clear();
            return;
        }
        if (!lost.isRunning()) {
            var level = why instanceof JedisConnectionException ? Level.DEBUG : Level.WARNING; // others say that
            LOG.log(level, "the store at {0} does not tell what comes: {1}", connector, why.toString());
            lost.start(System.nanoTime());
        }
        disconnect();
    }

    private void read() {
        var from = connection;
        if (from == null) {
            from = connector.connect();
            connection = from;
            lastControl = FIRST_ID; // what is done twice does no harm, and ids may have begun anew
            lastWake = FIRST_ID;
        }
        for (var next = added.poll(); next != null; next = added.poll()) {
            waiting.put(Replies.text(next.key()), new Waiting(next));
        }
        waiting.values()
                .removeIf(
                        one -> one.downlink.isClosed() || one.downlink.mirror().hasEnded());
        var answer = from.executeCommand(command(turn()));
        lost.reset();
        hasFailed = false;
        for (var stream : Replies.list(answer)) {
            var parts = Replies.list(stream);
            take(Replies.text(parts.get(0)), Replies.list(parts.get(1)));
        }
    }

    /** Those whose turn it is: mostly all. */
    private List<Waiting> turn() {
        var keys = waiting.keySet().stream().limit(MOST_WAITING).toList();
        var turn = keys.stream().map(waiting::remove).toList();
        for (var one : turn) {
            one.ask();
            waiting.put(Replies.text(one.downlink.key()), one);
        }
        return turn;
    }

    private CommandArguments command(List<Waiting> turn) {
        var command = Command.of(
                Protocol.Command.XREAD,
                "COUNT",
                Integer.toString(Math.max(1, MOST_ENTRIES / (turn.size() + 1))),
                "BLOCK",
                turn.size() < waiting.size() ? TURN_MILLIS : Connector.BLOCK_MILLIS,
                "STREAMS",
                control,
                wake);
        var ids = new ArrayList<Object>(List.of(lastControl, lastWake));
        for (var one : turn) {
            command.add(one.downlink.key());
            ids.add(one.downlink.lastId());
        }
        return command.addObjects(ids);
    }

    private void take(String key, List<?> entries) {
        var one = waiting.get(key);
        if (one != null) {
            if (!one.downlink.take(entries) || one.isBehind()) {
                waiting.remove(key);
                behind.accept(one.downlink);
            }
        } else if (key.equals(Replies.text(wake))) {
            lastWake = lastId(entries);
        } else {
            lastControl = lastId(entries);
            entries.forEach(entry -> execute(Replies.fields(Replies.list(entry).get(1))));
        }
    }

    private void execute(Map<String, String> fields) {
        try {
            order.accept(fields);
        } catch (RuntimeException | Error e) { // which is no reason to lose the connection
            LOG.log(Level.ERROR, "an order of another machine: " + e, e);
        }
    }

    private static String lastId(List<?> entries) {
        return Replies.text(Replies.list(entries.get(entries.size() - 1)).get(0));
    }

    /** Ends it; waits for its thread, but not for long. */
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        var last = connection;
        if (last != null) {
            Connector.close(last);
        }
        try {
            thread.join(CLOSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
