package streamer.redis;

import static java.util.stream.Collectors.toSet;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Stream;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Protocol;
import streamer.kept.End;
import streamer.kept.RemoteRun;
import streamer.output.Ending;
import streamer.output.Ending.Reason;

/**
 * All runs that Redis has: their list, and what of them goes, so that they stay within their limits.
 *
 * <p>Threads: any.
 */
final class Sweep {
    private static final Logger LOG = System.getLogger(Sweep.class.getName());
    private static final int MOST_ENDED = 1_000;
    private static final String LAST_LISTED = "4999";
    private static final String LAST_OF_OLDEST = "999";

    /** Runs that are asked for at one time, so that others' commands come in between. */
    private static final int AT_ONCE = 100;

    /** A list costs as many commands as there are runs, and pages ask for it again and again. */
    private static final long LIST_NANOS = Duration.ofSeconds(1).toNanos();

    /** What is freed at one time where Redis is full. */
    private static final long ROOM_BYTES = 1 << 20;

    /** Who watches a run must be told of its end before it is removed. */
    private static final Duration JUST_ENDED = Duration.ofSeconds(10);

    /** Whose machine has been away for this long is lost. */
    private static final Duration LOST = Duration.ofMinutes(10);

    private final Machine machine;
    private final Commands commands;
    private final Owners owners;
    private final Consumer<RemoteRun> removed;
    private final AtomicBoolean isMakingRoom = new AtomicBoolean();
    private CompletableFuture<List<RemoteRun>> listed = CompletableFuture.completedFuture(List.of());
    private volatile long madeRoomAt = System.nanoTime() - LIST_NANOS;
    private long listedAt = System.nanoTime() - LIST_NANOS;

    /**
     * Sweeps for a machine.
     *
     * @param removed called with each run that is to be removed everywhere
     */
    Sweep(Machine machine, Commands commands, Owners owners, Consumer<RemoteRun> removed) {
        this.machine = machine;
        this.commands = commands;
        this.owners = owners;
        this.removed = removed;
    }

    /** What is known of a run, as a command. */
    CommandArguments status(String id) {
        var keys = machine.keys();
        return Command.call(Scripts.STATUS, 2, keys.output(id), keys.run(id), keys.prefix());
    }

    /** All runs, the newest first, as they were at most a second ago. */
    synchronized CompletableFuture<List<RemoteRun>> list() {
        var now = System.nanoTime();
        if (listed.isCompletedExceptionally() || now - listedAt >= LIST_NANOS) {
            listedAt = now;
            listed = ask();
        }
        return listed;
    }

    private CompletableFuture<List<RemoteRun>> ask() {
        return ask(Command.of(Protocol.Command.ZREVRANGE, machine.keys().runs(), "0", LAST_LISTED));
    }

    private CompletableFuture<List<RemoteRun>> ask(CommandArguments ids) {
        return Ask.of(commands, List.of(ids), replies -> Replies.texts(replies.last()))
                .thenCompose(this::find);
    }

    private CompletableFuture<List<RemoteRun>> find(List<String> ids) {
        var all = CompletableFuture.<List<RemoteRun>>completedFuture(new ArrayList<>());
        for (var from = 0; from < ids.size(); from += AT_ONCE) {
            var some = ids.subList(from, Math.min(ids.size(), from + AT_ONCE));
            all = all.thenCombine(findSome(some), (before, more) -> {
                before.addAll(more);
                return before;
            });
        }
        return all;
    }

    private CompletableFuture<List<RemoteRun>> findSome(List<String> ids) {
        return Ask.ofEach(commands, ids.stream().map(this::status).toList(), replies -> {
            var found = new ArrayList<RemoteRun>();
            for (var i = 0; i < ids.size(); i++) {
                var reply = replies.get(i);
                RunFields.run(ids.get(i), reply).ifPresent(found::add);
                if (reply instanceof List<?> fields && fields.isEmpty()) { // its time is over
                    Ask.tell(
                            commands,
                            Command.of(Protocol.Command.ZREM, machine.keys().runs(), ids.get(i)));
                }
            }
            return found;
        });
    }

    /** Removes what is beyond the limits, and ends what is lost. */
    @SuppressWarnings("FutureReturnValueIgnored") // what follows throws nothing
    void run() {
        var oldest = ask(Command.of(Protocol.Command.ZRANGE, machine.keys().runs(), "0", LAST_OF_OLDEST));
        oldest.thenCombine(list(), Sweep::together).whenComplete((runs, failure) -> {
            if (failure != null) {
                LOG.log(Level.DEBUG, "cannot sweep: {0}", failure.toString());
                return;
            }
            var unended = runs.stream().filter(run -> run.end() == null).toList();
            owners.retain(unended.stream().map(RemoteRun::owner).collect(toSet()));
            unended.forEach(this::loseIfAway);
            var total = runs.stream().mapToLong(Sweep::bytes).sum();
            var ended = endedFirst(runs);
            for (var i = 0; i < ended.size(); i++) {
                if (total > machine.config().totalBytes() || ended.size() - i > MOST_ENDED) {
                    total -= bytes(ended.get(i));
                    removed.accept(ended.get(i));
                }
            }
        });
    }

    private static Collection<RemoteRun> together(List<RemoteRun> some, List<RemoteRun> others) {
        var runs = new LinkedHashMap<String, RemoteRun>();
        Stream.concat(some.stream(), others.stream()).forEach(run -> runs.put(run.id(), run));
        return runs.values();
    }

    private static long bytes(RemoteRun run) {
        return run.next() - run.first();
    }

    private static List<RemoteRun> endedFirst(Collection<RemoteRun> runs) {
        return runs.stream()
                .filter(run -> run.end() != null)
                .sorted(Comparator.comparing(Sweep::endedAt))
                .toList();
    }

    private static Instant endedAt(RemoteRun run) {
        var end = run.end();
        return end == null ? Instant.MAX : end.at();
    }

    @SuppressWarnings("FutureReturnValueIgnored") // what follows throws nothing
    private void loseIfAway(RemoteRun run) {
        if (run.owner().equals(machine.id())) {
            return;
        }
        owners.seen(run.owner(), run.isReachable());
        if (!owners.isAway(run.owner(), LOST)) {
            return;
        }
        var keys = machine.keys();
        var end = new End(new Ending.Stopped(Reason.LOST, OptionalInt.empty()), 0, Instant.now());
        var lose = Command.call(
                        Scripts.LOSE,
                        3,
                        keys.output(run.id()),
                        keys.run(run.id()),
                        keys.owner(run.owner()),
                        Long.toString(machine.config().keep().toMillis()))
                .addObjects(RunFields.of(end));
        Ask.of(commands, List.of(lose), replies -> Replies.list(replies.last())).thenAccept(answer -> {
            if (Replies.text(answer.get(0)).equals("ok")) {
                LOG.log(Level.WARNING, "run {0}: lost, as its machine {1} is away", run.id(), run.machine());
            }
        });
    }

    /**
     * Redis is full: the runs that ended first go, or else the older half of what this machine's largest one has
     * there.
     */
    @SuppressWarnings("FutureReturnValueIgnored") // what follows throws nothing
    void makeRoom() {
        if (System.nanoTime() - madeRoomAt < LIST_NANOS || !isMakingRoom.compareAndSet(false, true)) {
            return;
        }
        madeRoomAt = System.nanoTime();
        list().whenComplete((runs, failure) -> {
            isMakingRoom.set(false);
            if (failure != null) {
                return;
            }
            var before = Instant.now().minus(JUST_ENDED);
            var freed = 0L;
            for (var run : endedFirst(runs)) {
                if (freed < ROOM_BYTES && endedAt(run).isBefore(before)) {
                    freed += bytes(run);
                    removed.accept(run);
                }
            }
            if (freed < ROOM_BYTES) {
                runs.stream()
                        .filter(run -> run.owner().equals(machine.id()) && run.end() == null)
                        .max(Comparator.comparingLong(Sweep::bytes))
                        .ifPresent(this::halve);
            }
        });
    }

    private void halve(RemoteRun run) {
        var middle = Long.toString(run.next() - bytes(run) / 2);
        LOG.log(Level.INFO, "run {0}: the store is full, other machines get it from byte {1}", run.id(), middle);
        Ask.tell(
                commands,
                Command.call(
                        Scripts.TRIM,
                        2,
                        machine.keys().output(run.id()),
                        machine.keys().run(run.id()),
                        middle));
    }

    /** Removes a run. */
    CompletableFuture<Void> remove(String id) {
        var keys = machine.keys();
        return Ask.of(
                commands,
                List.of(
                        Command.of(Protocol.Command.DEL, keys.run(id), keys.output(id), keys.watched(id)),
                        Command.of(Protocol.Command.ZREM, keys.runs(), id)),
                replies -> null);
    }
}
