package streamer.redis;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol;
import streamer.kept.KeptRequest;
import streamer.kept.KeptRun;
import streamer.kept.Machines;
import streamer.kept.Mirror;
import streamer.kept.RemoteRun;
import streamer.kept.UnavailableException;
import streamer.metrics.Metrics;
import streamer.output.Ending.Reason;
import streamer.time.Pulse;

/**
 * Machines that have their runs together by a Redis server.
 *
 * <p>Threads: any.
 */
public final class RedisMachines implements Machines {
    private static final Logger LOG = System.getLogger(RedisMachines.class.getName());
    private static final Duration TICK = Duration.ofSeconds(5);

    /** A client may ask for a run before the machine that has just told its id has told others. */
    private static final Duration NOT_YET = Duration.ofSeconds(1);

    /** When the store was away, all machines have a connection again after this time. */
    private static final Duration ALL_BACK = Duration.ofSeconds(5);

    private static final Duration SWEEP = Duration.ofMinutes(1);

    private static final Duration ORDERS = Duration.ofHours(1);
    private static final String MOST_ORDERS = "10000";
    private static final long CLOSE_NANOS = Duration.ofSeconds(5).toNanos();
    private static final long CLOSE_LOOK_MILLIS = 20;

    private final Machine machine;
    private final Pulse pulse = new Pulse();
    private final Commands commands;
    private final Subscriber subscriber;
    private final Owners owners = new Owners();
    private final Sweep sweep;
    private final Map<String, Uplink> uplinks = new ConcurrentHashMap<>();
    private final Downlinks downlinks;
    private final Claims claims;
    private final AtomicBoolean isClosed = new AtomicBoolean();
    private volatile long backAt = System.nanoTime() - ALL_BACK.toNanos();
    private boolean isFirst = true;
    private volatile boolean hasLease;
    private long sweptAt;

    private RedisMachines(RedisConfig config, Connector connector, Connection connection) {
        machine = Machine.of(hostName(), config);
        commands = new Commands(connector, connection, pulse, this::connected);
        subscriber = new Subscriber(
                connector,
                machine.keys().control(machine.id()),
                machine.keys().wake(machine.id()),
                this::execute,
                commands::submit);
        sweep = new Sweep(machine, commands, owners, this::remove);
        downlinks = new Downlinks(machine, commands, subscriber, owners);
        claims = new Claims(machine, commands);
    }

    /**
     * Connects to the server, and begins.
     *
     * @throws IOException if it cannot be used; the message is a line that says why
     */
    public static RedisMachines open(RedisConfig config) throws IOException {
        var connector = new Connector(config);
        var machines = new RedisMachines(config, connector, connector.first(config.totalBytes()));
        machines.start();
        return machines;
    }

    private void start() {
        commands.start();
        subscriber.start();
        pulse.timer(this::tick).within(TICK.toNanos());
    }

    private static String hostName() {
        var dyno = System.getenv("DYNO"); // on Heroku its host's name says nothing
        try {
            return dyno == null ? InetAddress.getLocalHost().getHostName() : dyno;
        } catch (UnknownHostException e) {
            return "unknown";
        }
    }

    @Override
    public String name() {
        return machine.name();
    }

    @Override
    public void count(Metrics metrics) {
        metrics.gauge(
                "streamer_store_up", "Whether the store of runs answers.", () -> commands.awayNanos() == 0 ? 1 : 0);
        metrics.counter("streamer_store_commands", "Commands that the store has executed.", commands::executed);
        metrics.gauge(
                "streamer_store_behind_bytes",
                "Bytes of runs that the store has yet to get.",
                () -> uplinks.values().stream().mapToLong(Uplink::behind).sum());
        metrics.gauge("streamer_store_copies", "Copies of other machines' runs.", downlinks::size);
    }

    private Keys keys() {
        return machine.keys();
    }

    /** On a new connection nothing is known of what the server has. */
    private void connected() {
        owners.reset();
        if (!isFirst) {
            sendAgain();
        }
        isFirst = false;
        renewLease();
    }

    private void sendAgain() {
        backAt = System.nanoTime();
        uplinks.values().forEach(Uplink::reconnected);
    }

    /**
     * Where Redis is full it sets nothing, but lengthens the life of what is there. Where the lease was not there, the
     * server has lost what it had.
     */
    @SuppressWarnings("FutureReturnValueIgnored") // what follows throws nothing
    private void renewLease() {
        var lease = keys().owner(machine.id());
        var life = Long.toString(Machine.LEASE.toMillis());
        var renewed = List.of(
                Command.of(Protocol.Command.PEXPIRE, lease, life),
                Command.of(Protocol.Command.SET, lease, machine.name(), "PX", life));
        Ask.ofEach(commands, renewed, replies -> Replies.isOne(replies.get(0))).thenAccept(wasThere -> {
            if (!wasThere && hasLease) {
                sendAgain();
            }
            hasLease = true;
        });
    }

    @Override
    public void publish(KeptRun run) {
        var uplink = new Uplink(run, claims.nameOf(run), machine, commands, sweep::makeRoom);
        uplinks.put(run.id(), uplink);
        run.onChange(uplink::changed);
        uplink.changed();
    }

    @Override
    public void withdraw(KeptRun run) {
        var uplink = uplinks.get(run.id());
        if (uplink != null) {
            uplink.withdraw();
        }
    }

    @Override
    public void free(KeptRun run) {
        var uplink = uplinks.get(run.id());
        if (uplink != null) {
            uplink.free();
        }
    }

    private <T> CompletableFuture<T> ask(Function<Replies, T> read, CommandArguments... asked) {
        return Ask.of(commands, List.of(asked), read);
    }

    @Override
    public CompletableFuture<Optional<RemoteRun>> find(String id) {
        Function<Replies, Optional<RemoteRun>> read = replies -> RunFields.run(id, replies.last());
        var status = List.of(sweep.status(id));
        return Ask.of(commands, status, read)
                .thenCompose(found -> found.isPresent()
                        ? CompletableFuture.completedFuture(found)
                        : Ask.later(commands, NOT_YET, status, read))
                .thenApply(found -> found.map(this::seen))
                .thenApply(this::unlessJustBack);
    }

    /** What the store has lost its owners tell it again, when they are back too: until then nothing is known to be gone. */
    private <T> Optional<T> unlessJustBack(Optional<T> found) {
        if (found.isEmpty() && System.nanoTime() - backAt < ALL_BACK.toNanos()) {
            throw new UnavailableException("The store of runs has just come back; ask again.");
        }
        return found;
    }

    @Override
    public CompletableFuture<List<RemoteRun>> list() {
        return sweep.list()
                .thenApply(runs ->
                        runs.stream().filter(this::isOthers).map(this::seen).toList());
    }

    private boolean isOthers(RemoteRun run) {
        return !run.owner().equals(machine.id());
    }

    /** The same, where it is not known whether its machine answers as long as that may have been away for a moment. */
    private RemoteRun seen(RemoteRun run) {
        if (run.end() == null) {
            owners.seen(run.owner(), run.isReachable());
        }
        return run.reachable(run.isReachable() || !owners.isAway(run.owner(), Machine.LEASE));
    }

    @Override
    public CompletableFuture<Void> stop(RemoteRun run) {
        return order("stop", run);
    }

    @Override
    public CompletableFuture<Void> detach(String id) {
        return find(id).thenCompose(found -> found.isEmpty() ? done() : order("detach", found.get()));
    }

    @Override
    public CompletableFuture<Void> forget(String id) {
        dropUplink(id);
        return find(id).thenCompose(found -> found.isEmpty() ? done() : forget(found.get()));
    }

    private void dropUplink(String id) {
        var uplink = uplinks.remove(id);
        if (uplink != null) {
            uplink.forget();
        }
    }

    private CompletableFuture<Void> forget(RemoteRun run) {
        return tell("forget", run).thenCompose(nothing -> sweep.remove(run.id()));
    }

    /** Removes a run from Redis; its machine may keep it. */
    @SuppressWarnings("FutureReturnValueIgnored") // what follows throws nothing
    private void remove(RemoteRun run) {
        dropUplink(run.id());
        tell("drop", run).whenComplete((nothing, failure) -> sweep.remove(run.id()));
    }

    /** Has the machine of a run do something with it, if it is another one that answers. */
    private CompletableFuture<Void> tell(String what, RemoteRun run) {
        return isOthers(run) && run.isReachable() ? order(what, run) : done();
    }

    private static CompletableFuture<Void> done() {
        return CompletableFuture.completedFuture(null);
    }

    /** Has the machine of a run do something with it. */
    private CompletableFuture<Void> order(String what, RemoteRun run) {
        if (!run.isReachable()) {
            return CompletableFuture.failedFuture(
                    new UnavailableException("The run's machine, " + run.machine() + ", does not answer."));
        }
        var control = keys().control(run.owner());
        return ask(
                replies -> null,
                Command.of(
                        Protocol.Command.XADD, control, "MAXLEN", "~", MOST_ORDERS, "*", "do", what, "run", run.id()),
                Command.of(Protocol.Command.PEXPIRE, control, Long.toString(ORDERS.toMillis())));
    }

    /** Does what another machine has asked for. */
    private void execute(Map<String, String> order) {
        var uplink = uplinks.get(order.getOrDefault("run", ""));
        if (uplink == null) {
            return;
        }
        switch (order.getOrDefault("do", "")) {
            case "stop" -> uplink.run().stop(Reason.STOP);
            case "detach" -> uplink.run().detach();
            case "forget" -> uplink.run().forget();
            case "drop" -> dropUplink(uplink.run().id());
            default -> LOG.log(Level.DEBUG, "not understood: {0}", order);
        }
    }

    @Override
    public CompletableFuture<Duration> watched(KeptRun run) {
        return ask(
                replies -> Duration.ofMillis(Long.parseLong(Replies.text(replies.last()))),
                Command.of(Protocol.Command.PTTL, keys().watched(run.id())));
    }

    @Override
    public CompletableFuture<Optional<String>> joined(KeptRequest request) {
        return claims.joined(request).thenApply(this::unlessJustBack);
    }

    @Override
    public CompletableFuture<String> claim(String id, KeptRequest request) {
        return claims.claim(id, request);
    }

    @Override
    public CompletableFuture<Void> follow(RemoteRun run, Mirror mirror) {
        return downlinks.follow(run, mirror);
    }

    private long tick(long now) {
        renewLease();
        uplinks.values().removeIf(Uplink::isOver);
        uplinks.values().forEach(uplink -> uplink.renew(now));
        downlinks.lookAfter();
        if (now - sweptAt >= SWEEP.toNanos()) {
            sweptAt = now;
            sweep.run();
        }
        return TICK.toNanos();
    }

    /** Waits until all that has ended here is known to others, or it takes too long. */
    private void flush() {
        var deadline = System.nanoTime() + CLOSE_NANOS;
        try {
            while (!uplinks.values().stream().allMatch(Uplink::isDone)
                    && commands.awayNanos() == 0
                    && System.nanoTime() < deadline) {
                TimeUnit.MILLISECONDS.sleep(CLOSE_LOOK_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What this machine had is known to be over. */
    private void leave() {
        try {
            ask(
                            Replies::size,
                            Command.of(
                                    Protocol.Command.DEL,
                                    keys().owner(machine.id()),
                                    keys().control(machine.id()),
                                    keys().wake(machine.id())))
                    .get(CLOSE_LOOK_MILLIS * 25, TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.log(Level.DEBUG, "cannot say that it leaves: {0}", e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        if (isClosed.getAndSet(true)) {
            return;
        }
        flush();
        pulse.close();
        subscriber.close();
        leave();
        commands.close();
    }
}
