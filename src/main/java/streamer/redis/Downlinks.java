package streamer.redis;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Protocol;
import streamer.kept.Mirror;
import streamer.kept.RemoteRun;

/**
 * All downlinks: begins one for each mirror, looks after them, and tells the machines of their runs that somebody
 * watches.
 *
 * <p>Threads: any; one looks after them.
 */
final class Downlinks {
    /** Who waits for what is known to be there waits no longer than this while nothing comes. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** What is not known to come for longer has those who watch come back later. */
    private static final Duration CUT_OFF = Duration.ofSeconds(60);

    /** Who watches says so again before this is over. */
    private static final Duration WATCHED = Duration.ofSeconds(15);

    private static final Duration WAKE = Duration.ofHours(1);

    private final Machine machine;
    private final Commands commands;
    private final Subscriber subscriber;
    private final Owners owners;
    private final Map<String, Downlink> downlinks = new ConcurrentHashMap<>();

    Downlinks(Machine machine, Commands commands, Subscriber subscriber, Owners owners) {
        this.machine = machine;
        this.commands = commands;
        this.subscriber = subscriber;
        this.owners = owners;
    }

    /** How many there are. */
    int size() {
        return downlinks.size();
    }

    /** Copies a run's output to its mirror; the future is completed when all is there that was by now. */
    CompletableFuture<Void> follow(RemoteRun run, Mirror mirror) {
        mirror.update(run);
        var downlink = downlinks.compute(run.id(), (id, known) -> {
            if (known != null && known.mirror().equals(mirror) && !known.isClosed()) {
                return known;
            }
            if (known != null) {
                known.close();
            }
            var begun = new Downlink(mirror, run, machine.keys().output(id), commands, this::caughtUp);
            commands.submit(begun);
            return begun;
        });
        watch(downlink);
        return downlink.await(run);
    }

    /** It waits in the next round, which begins when something comes for this machine. */
    private void caughtUp(Downlink downlink) {
        subscriber.add(downlink);
        var wake = machine.keys().wake(machine.id());
        Ask.tell(
                commands,
                Command.of(Protocol.Command.XADD, wake, "MAXLEN", "1", "*", "look", ""),
                Command.of(Protocol.Command.PEXPIRE, wake, Long.toString(WAKE.toMillis())));
    }

    /** Tells a run's machine that somebody watches it here. */
    private void watch(Downlink downlink) {
        var mirror = downlink.mirror();
        if (!mirror.hasEnded()) {
            var life = machine.config().unwatched().plus(WATCHED);
            Ask.tell(
                    commands,
                    Command.of(
                            Protocol.Command.SET,
                            machine.keys().watched(mirror.id()),
                            machine.name(),
                            "PX",
                            Long.toString(life.toMillis())));
        }
    }

    /** Drops mirrors that nobody watches, lets go who waits in vain, and cuts off who watches what does not come. */
    void lookAfter() {
        var isAway = Math.max(commands.awayNanos(), subscriber.awayNanos()) > CUT_OFF.toNanos();
        var of = new HashSet<>(owners.missing());
        for (var downlink : List.copyOf(downlinks.values())) {
            downlink.giveUpAfter(PATIENCE);
            if (downlink.isAwaited()) {
                downlink.mirror().use();
            }
            if (downlink.mirror().isDropped() || downlink.mirror().closeUnwatched()) {
                downlink.close();
                downlinks.remove(downlink.mirror().id(), downlink);
            } else if (!downlink.mirror().hasEnded() && !downlink.isClosed()) {
                of.add(downlink.run().owner());
                look(downlink, isAway);
            }
        }
        of.forEach(this::look);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // what follows throws nothing
    private void look(Downlink downlink, boolean isAway) {
        if (downlink.mirror().viewers() > 0) {
            watch(downlink);
        }
        exists(machine.keys().run(downlink.mirror().id())).thenAccept(downlink::seen);
        downlink.mirror()
                .cutOff(isAway
                        || owners.isAway(downlink.run().owner(), Machine.LEASE)
                        || downlink.unknownNanos() > CUT_OFF.toNanos());
    }

    @SuppressWarnings("FutureReturnValueIgnored") // what follows throws nothing
    private void look(String owner) {
        exists(machine.keys().owner(owner)).thenAccept(isThere -> owners.seen(owner, isThere));
    }

    private CompletableFuture<Boolean> exists(byte[] key) {
        List<CommandArguments> asked = List.of(Command.of(Protocol.Command.EXISTS, key));
        return Ask.of(commands, asked, replies -> Replies.isOne(replies.last()));
    }
}
