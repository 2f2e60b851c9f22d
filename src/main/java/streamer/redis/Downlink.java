package streamer.redis;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.CommandArguments;
import streamer.kept.Mirror;
import streamer.kept.RemoteRun;
import streamer.kept.UnavailableException;
import streamer.time.Stopwatch;

/**
 * Another machine's run, on its way from Redis to its mirror. While it is behind, its entries are asked for as a
 * {@link Job}; after that it waits for them with all others, in the {@link Subscriber}.
 *
 * <p>Threads: one of these two at a time fills the mirror.
 */
final class Downlink implements Job {
    private static final Logger LOG = System.getLogger(Downlink.class.getName());

    /** What one answer is to have, of entries of up to 64 KiB: as many are asked for at one time as there are mirrors. */
    private static final String ANSWER_BYTES = Integer.toString(256 * 1024);

    private static final Duration NO_ROOM = Duration.ofMillis(100);

    private final Mirror mirror;
    private final RemoteRun run;
    private final byte[] key;
    private final Commands commands;
    private final Consumer<Downlink> caughtUp;
    private final List<Waiter> waiters = new ArrayList<>();
    private final Stopwatch silent = new Stopwatch();
    private final Stopwatch unknown = new Stopwatch();
    private volatile boolean isClosed;

    /** Who waits until so much is there. */
    private record Waiter(RemoteRun until, CompletableFuture<Void> there) {}

    /**
     * Nothing is asked for yet.
     *
     * @param caughtUp called when it is behind no more
     */
    Downlink(Mirror mirror, RemoteRun run, byte[] key, Commands commands, Consumer<Downlink> caughtUp) {
        this.mirror = mirror;
        this.run = run;
        this.key = key;
        this.commands = commands;
        this.caughtUp = caughtUp;
    }

    Mirror mirror() {
        return mirror;
    }

    /** The run, as it was when this began. */
    RemoteRun run() {
        return run;
    }

    byte[] key() {
        return key;
    }

    /** The id of the last entry that is there. */
    String lastId() {
        return mirror.next() + "-0";
    }

    /** The future is completed when all is there that a run has by now. */
    CompletableFuture<Void> await(RemoteRun until) {
        var waiter = new Waiter(until, new CompletableFuture<>());
        synchronized (waiters) {
            waiters.add(waiter);
            if (waiters.size() == 1) {
                silent.restart(System.nanoTime());
            }
        }
        tell();
        if (isClosed()) {
            close();
        }
        return waiter.there;
    }

    private void tell() {
        var done = new ArrayList<Waiter>();
        synchronized (waiters) {
            silent.restart(System.nanoTime());
            for (var waiter : waiters) {
                if (mirror.hasEnded() || (waiter.until.end() == null && mirror.next() >= waiter.until.next())) {
                    done.add(waiter);
                }
            }
            waiters.removeAll(done);
        }
        if (!done.isEmpty()) {
            mirror.use();
        }
        done.forEach(waiter -> waiter.there.complete(null));
    }

    /** Whether somebody waits. */
    boolean isAwaited() {
        synchronized (waiters) {
            return !waiters.isEmpty();
        }
    }

    /** Lets go who has waited for so long that nothing came. */
    void giveUpAfter(Duration time) {
        var failed = new ArrayList<Waiter>();
        synchronized (waiters) {
            if (silent.left(System.nanoTime(), time.toNanos()) == 0) {
                failed.addAll(waiters);
                waiters.clear();
            }
        }
        failed.forEach(waiter -> waiter.there.completeExceptionally(new UnavailableException(Ask.AWAY)));
    }

    /** Nothing comes any more. */
    void close() {
        isClosed = true;
        giveUpAfter(Duration.ZERO);
    }

    boolean isClosed() {
        return isClosed || mirror.isDropped();
    }

    /** Whether the run was known to the store when it was looked for. */
    void seen(boolean isKnown) {
        if (isKnown) {
            unknown.reset();
        } else {
            unknown.start(System.nanoTime());
        }
    }

    /** For how long the store has not known the run, in nanoseconds. */
    long unknownNanos() {
        return unknown.elapsed(System.nanoTime());
    }

    @Override
    public List<CommandArguments> begin() {
        var after = mirror.next() == 0 ? "-" : "(" + lastId();
        return isClosed() || mirror.hasEnded()
                ? List.of()
                : List.of(Command.call(Scripts.READ, 1, key, after, ANSWER_BYTES));
    }

    @Override
    public void finish(Replies replies) {
        if (replies.size() == 0) {
            return;
        }
        var error = replies.error();
        if (error.isPresent()) {
            fail(error.get());
            return;
        }
        var answer = Replies.list(replies.last());
        if (!take(Replies.list(answer.get(0)))) {
            commands.submit(this, NO_ROOM);
        } else if (mirror.hasEnded()) {
            LOG.log(Level.DEBUG, "run {0}: its copy is whole", mirror.id());
        } else if (Replies.isOne(answer.get(1))) {
            caughtUp.accept(this);
        } else {
            commands.submit(this);
        }
    }

    /** Takes entries that have come; false if there is no room for all of them now, or it cannot be gone on. */
    boolean take(List<?> entries) {
        try {
            for (var entry : entries) {
                var parts = Replies.list(entry);
                var id = Replies.text(parts.get(0));
                var end = id.substring(0, id.indexOf('-'));
                var fields = Replies.list(parts.get(1));
                if (end.equals(Scripts.LAST)) {
                    var ending = Replies.fields(fields);
                    mirror.end(RunFields.end(ending), RunFields.length(ending));
                } else if (fields.get(1) instanceof byte[] bytes) {
                    if (!mirror.take(Long.parseLong(end) - bytes.length, ByteBuffer.wrap(bytes))) {
                        return false;
                    }
                }
            }
            return true;
        } catch (IOException | RuntimeException e) {
            fail(e.toString());
            return true;
        } finally {
            tell();
        }
    }

    private void fail(@Nullable String why) {
        LOG.log(Level.WARNING, "run {0}: cannot copy it: {1}", mirror.id(), why);
        mirror.cutOff(true);
        close();
    }

    @Override
    public void lost() {
        commands.submit(this);
    }
}
