package streamer.redis;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;
import streamer.time.Pulse;
import streamer.time.Stopwatch;

/**
 * The connection for all that does not block: executes jobs in the order in which they came, many in one round trip.
 *
 * <p>Threads: one of its own, {@code redis}; any submits jobs.
 */
final class Commands implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Commands.class.getName());

    /** Jobs in one round trip, each of which may send or get some 64 KiB. */
    private static final int MOST_JOBS = 64;

    private static final int MOST_SAID = 100;
    private static final long IDLE_MILLIS = 500;
    private static final long FIRST_PAUSE_MILLIS = 50;
    private static final long LONGEST_PAUSE_MILLIS = 1_000;
    private static final long CLOSE_MILLIS = 1_000;

    /** A connection that was lost is back by then, or Redis is away. */
    private static final long AWAY_NANOS = Duration.ofSeconds(3).toNanos();

    private final Connector connector;
    private final Pulse pulse;
    private final Runnable connected;
    private final BlockingQueue<Job> queue = new LinkedBlockingQueue<>();
    private final Set<String> said = ConcurrentHashMap.newKeySet();
    private final LongAdder executed = new LongAdder();
    private final Stopwatch lost = new Stopwatch();
    private final Thread thread = new Thread(this::run, "redis");
    private volatile boolean closed;
    private @Nullable Connection connection;
    private boolean isReady;
    private long pauseMillis = FIRST_PAUSE_MILLIS;

    /**
     * Commands on a connection that is there.
     *
     * @param connected called on the thread whenever there is a new one, before other jobs
     */
    Commands(Connector connector, Connection connection, Pulse pulse, Runnable connected) {
        this.connector = connector;
        this.connection = connection;
        this.pulse = pulse;
        this.connected = connected;
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Executes a job as soon as possible. */
    void submit(Job job) {
        if ((awayNanos() < AWAY_NANOS && !closed) || !job.giveUp(true)) {
            queue.add(job);
        }
    }

    /** Executes a job after this time. */
    void submit(Job job, Duration after) {
        Pulse.Timed once = now -> {
            submit(job);
            return Stopwatch.NEVER;
        };
        pulse.timer(once).within(after.toNanos());
    }

    /** For how long there has been no connection, in nanoseconds; 0 if there is one. */
    long awayNanos() {
        return lost.elapsed(System.nanoTime());
    }

    /** How many commands have been executed. */
    long executed() {
        return executed.sum();
    }

    private void run() {
        try {
            while (!closed) {
                if (!isExecuting()) {
                    pause();
                }
            }
        } catch (InterruptedException e) {
            LOG.log(Level.DEBUG, "interrupted: it is closed");
        } finally {
            closed = true;
            queue.removeIf(job -> job.giveUp(true));
            disconnect();
        }
    }

    private boolean isExecuting() throws InterruptedException {
        try {
            if (connect()) {
                return execute();
            }
            queue.removeIf(job -> job.giveUp(awayNanos() > AWAY_NANOS));
        } catch (RuntimeException | Error e) { // such as no memory: others wait for this thread
            LOG.log(Level.ERROR, "the store: " + e, e);
            lost.start(System.nanoTime());
            disconnect();
        }
        return false;
    }

    private void pause() throws InterruptedException {
        Thread.sleep(pauseMillis);
        pauseMillis = Math.min(2 * pauseMillis, LONGEST_PAUSE_MILLIS);
    }

    /** Warns, of the same only once. */
    void warn(String line) {
        if (said.size() < MOST_SAID && said.add(line)) {
            LOG.log(Level.WARNING, "{0}", line);
        }
    }

    private boolean connect() {
        if (isReady) {
            return true;
        }
        try {
            var made = connection == null ? connector.connect() : connection;
            connection = made;
            for (var script : Scripts.values()) {
                made.executeCommand(Command.of(Protocol.Command.SCRIPT, "LOAD", script.text()));
            }
        } catch (JedisException e) {
            lost(e);
            return false;
        }
        isReady = true;
        connected.run();
        return true;
    }

    private void lost(JedisException why) {
        if (!lost.isRunning() && !closed) {
            LOG.log(Level.WARNING, "the store at {0} does not answer: {1}", connector, Connector.line(why));
            lost.start(System.nanoTime());
        }
        disconnect();
    }

    private void disconnect() {
        var last = connection;
        connection = null;
        isReady = false;
        if (last != null) {
            Connector.close(last);
        }
    }

    /** Executes what is there, or comes soon; false if the connection was lost. */
    private boolean execute() throws InterruptedException {
        var jobs = new ArrayList<Job>();
        var first = queue.poll(IDLE_MILLIS, TimeUnit.MILLISECONDS);
        if (first == null) {
            return true;
        }
        jobs.add(first);
        queue.drainTo(jobs, MOST_JOBS - 1);
        try {
            execute(jobs);
            return true;
        } catch (JedisException e) {
            lost(e);
        } catch (RuntimeException | Error e) { // such as no memory for an answer
            LOG.log(Level.ERROR, "the store: " + e, e);
            lost(new JedisConnectionException(String.valueOf(e)));
        }
        jobs.forEach(Commands::lost);
        return false;
    }

    /** All begin before anything is sent, so that whatever fails then has failed for all. */
    private void execute(List<Job> jobs) {
        var to = connection;
        if (to == null) {
            throw new JedisConnectionException("there is no connection");
        }
        var begun = jobs.stream().map(Commands::begin).toList();
        var all = 0;
        for (var commands : begun) {
            commands.forEach(to::sendCommand);
            all += commands.size();
        }
        var replies = all == 0 ? List.of() : to.getMany(all);
        var away = new Replies(new ArrayList<>(replies)).away();
        if (away.isPresent()) {
            throw new JedisConnectionException(away.get());
        }
        executed.add(all);
        succeeded();
        var from = 0;
        for (var i = 0; i < jobs.size(); i++) {
            var next = from + begun.get(i).size();
            finish(jobs.get(i), new Replies(new ArrayList<>(replies.subList(from, next))));
            from = next;
        }
    }

    private void succeeded() {
        if (lost.isRunning()) {
            LOG.log(Level.INFO, "the store at {0} is back", connector);
            lost.reset();
        }
        pauseMillis = FIRST_PAUSE_MILLIS;
    }

    /** One that fails is no reason to leave the others. */
    private static List<CommandArguments> begin(Job job) {
        try {
            return job.begin();
        } catch (RuntimeException | Error e) {
            LOG.log(Level.ERROR, "cannot be told to the store: " + e, e);
            return List.of();
        }
    }

    private static void lost(Job job) {
        try {
            job.lost();
        } catch (RuntimeException | Error e) {
            LOG.log(Level.ERROR, "not told that the store is lost: " + e, e);
        }
    }

    private static void finish(Job job, Replies replies) {
        try {
            job.finish(replies);
        } catch (RuntimeException | Error e) {
            LOG.log(Level.ERROR, "the store's answer is not understood: " + e, e);
        }
    }

    /** Ends it; waits for what is being executed, but not for long. */
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join(CLOSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
