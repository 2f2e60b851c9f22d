package streamer.redis;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Protocol;
import streamer.kept.End;
import streamer.kept.KeptRun;
import streamer.output.Ending.Reason;

/**
 * One of this machine's runs, on its way to Redis: says what it is, and sends what its log has, one piece after the
 * other, and its end. What was lost there is sent again, as far as it is kept here.
 *
 * <p>Threads: that of {@link Commands}; others say that something has changed.
 */
final class Uplink implements Job {
    private static final Logger LOG = System.getLogger(Uplink.class.getName());

    /** An entry of 65,536 bytes takes a quarter more. */
    private static final int PIECE_BYTES = 65_000;

    private static final Duration AFTER_FULL = Duration.ofSeconds(1);
    private static final Duration AFTER_ERROR = Duration.ofSeconds(5);

    /** As long as its machine may take to come back, and be found not to. */
    private static final Duration UNENDED = Duration.ofMinutes(15);

    /** A request that has not been received whole may be sent again, when this is over. */
    private static final Duration NOT_WHOLE = Machine.LEASE;

    /** When the life of what stands in Redis is lengthened. */
    private static final Duration RENEWAL = Duration.ofMinutes(1);

    private static final Duration RENEWAL_OF_NOT_WHOLE = Duration.ofSeconds(10);

    private final KeptRun run;
    private final byte @Nullable [] name;
    private final Machine machine;
    private final Commands commands;
    private final Runnable makeRoom;
    private final AtomicBoolean isSubmitted = new AtomicBoolean();
    private final Instant admitted;
    private volatile boolean isFreed;
    private volatile boolean isWithdrawn;
    private volatile boolean isDone;
    private volatile long announcedAt;
    private volatile boolean isAnnounced;
    private @Nullable Instant announcedStart;
    private boolean announcedWhole;
    private volatile boolean isFreedThere;
    private boolean isFreeing;
    private boolean isSure;
    private boolean mayBeginAnew;
    private volatile long sent;
    private long length;
    private long appendedTo;
    private @Nullable Call call;
    private boolean isFullSaid;

    /** What the last command is for. */
    private enum Call {
        PROBE,
        APPEND,
        END
    }

    /**
     * The uplink of a run.
     *
     * @param name the key under which equal requests find it; null if they do not
     * @param makeRoom gives up runs that are wanted least
     */
    Uplink(KeptRun run, byte @Nullable [] name, Machine machine, Commands commands, Runnable makeRoom) {
        this.run = run;
        this.name = name;
        this.machine = machine;
        this.commands = commands;
        this.makeRoom = makeRoom;
        var started = run.started();
        admitted = started == null ? Instant.now() : started;
        isSure = started == null;
    }

    /** The run. */
    KeptRun run() {
        return run;
    }

    /** Something has changed. */
    void changed() {
        if ((!isDone || isToBeFreed()) && isSubmitted.compareAndSet(false, true)) {
            commands.submit(this);
        }
    }

    private boolean isToBeFreed() {
        return name != null && isFreed && !isFreedThere;
    }

    /** Equal requests do not join it any more. */
    void free() {
        isFreed = true;
        changed();
    }

    /** It is not kept here any more. */
    void withdraw() {
        isWithdrawn = true;
        changed();
    }

    /** There is a new connection, perhaps to a server that knows less. */
    void reconnected() {
        isSure = false;
        isAnnounced = false;
        isFreedThere = false;
        if (!isWithdrawn) {
            isDone = false;
        }
        changed();
    }

    /** It is not to be sent again, wherever it was removed. */
    void forget() {
        isWithdrawn = true;
        isDone = true;
    }

    /** Lengthens its life, when it is time. */
    void renew(long now) {
        var after = run.isWhole() ? RENEWAL : RENEWAL_OF_NOT_WHOLE;
        if (isAnnounced && run.log().end() == null && now - announcedAt >= after.toNanos()) {
            isAnnounced = false;
            changed();
        }
    }

    /** How many bytes have yet to be sent. */
    long behind() {
        return isDone ? 0 : Math.max(0, run.log().next() - sent);
    }

    /** Whether all is there, also how it ended. */
    boolean isDone() {
        return isDone;
    }

    /** Whether it is not kept here any more, and its end is known. */
    boolean isOver() {
        return isDone && isWithdrawn && !isToBeFreed();
    }

    @Override
    public List<CommandArguments> begin() {
        isSubmitted.set(false);
        call = null;
        var asked = new ArrayList<CommandArguments>();
        var log = run.log();
        var end = log.end(); // before its length: so that is the last one
        isFreeing = isToBeFreed();
        if (name != null && isFreeing) {
            asked.add(Command.call(Scripts.FREE, 1, name, machine.claim(run.id())));
        }
        if (isDone) {
            return asked;
        }
        if (end != null && life(end).isNegative()) { // perhaps it has not ended there
            isDone = true;
            asked.add(Command.of(
                    Protocol.Command.DEL,
                    machine.keys().run(run.id()),
                    machine.keys().output(run.id())));
            return asked;
        }
        announce(asked, end);
        length = Math.max(length, log.next());
        if (!isSure) {
            call = Call.PROBE;
            asked.add(append("-1", "-1", new byte[0]));
        } else if (sent < log.next()) {
            appendNext(asked);
        } else if (end != null) {
            call = Call.END;
            asked.add(end(end));
        }
        return asked;
    }

    private Duration life(@Nullable End end) {
        if (end == null) {
            return machine.config().keep().plus(UNENDED);
        }
        var age = Duration.between(end.at(), Instant.now());
        return machine.config().keep().minus(age.isNegative() ? Duration.ZERO : age);
    }

    private static String millis(Duration time) {
        return Long.toString(Math.max(1, time.toMillis()));
    }

    private void announce(List<CommandArguments> asked, @Nullable End end) {
        var start = run.started();
        var isWhole = run.isWhole();
        if (isAnnounced && isWhole == announcedWhole && String.valueOf(start).equals(String.valueOf(announcedStart))) {
            return;
        }
        var life = millis(life(end));
        var key = machine.keys().run(run.id());
        asked.add(Command.of(Protocol.Command.HSET, key).addObjects(RunFields.of(machine, run.request(), start)));
        asked.add(Command.of(Protocol.Command.PEXPIRE, key, life));
        asked.add(Command.of(Protocol.Command.PEXPIRE, machine.keys().output(run.id()), life));
        asked.add(Command.of(
                Protocol.Command.ZADD, machine.keys().runs(), "NX", Long.toString(admitted.toEpochMilli()), run.id()));
        asked.add(Command.of(Protocol.Command.PEXPIRE, machine.keys().runs(), millis(life(null))));
        if (name != null && !isFreed) {
            var named = isWhole ? life : millis(NOT_WHOLE);
            asked.add(Command.call(Scripts.RENEW, 1, name, machine.claim(run.id()), named));
        }
        isAnnounced = true;
        announcedWhole = isWhole;
        announcedStart = start;
        announcedAt = System.nanoTime();
    }

    private CommandArguments append(String from, String to, byte[] bytes) {
        return Command.call(
                Scripts.APPEND,
                2,
                machine.keys().output(run.id()),
                machine.keys().run(run.id()),
                from,
                to,
                bytes,
                mayBeginAnew ? "1" : "0",
                Long.toString(machine.config().runBytes()),
                millis(life(null)));
    }

    private void appendNext(List<CommandArguments> asked) {
        try {
            var bytes = read();
            if (bytes.length > 0) {
                call = Call.APPEND;
                appendedTo = sent + bytes.length;
                asked.add(append(Long.toString(sent), Long.toString(appendedTo), bytes));
            }
        } catch (IOException e) {
            commands.warn("run " + run.id() + ": cannot read its output: " + e);
            again(AFTER_ERROR);
        }
    }

    /** The next bytes of the log; what is not kept here is left out. */
    private byte[] read() throws IOException {
        var log = run.log();
        var piece = ByteBuffer.allocate((int) Math.min(PIECE_BYTES, log.next() - sent));
        while (piece.hasRemaining()) {
            var from = piece.position();
            if (!log.read(sent + from, piece)) {
                if (from > 0) {
                    break;
                }
                if (log.first() <= sent) {
                    throw new IOException("its files are gone");
                }
                sent = log.first();
                mayBeginAnew = true;
                return sent < log.next() ? read() : new byte[0];
            }
            if (piece.position() == from) {
                break;
            }
            piece.limit(piece.capacity());
        }
        return Arrays.copyOf(piece.array(), piece.position());
    }

    private CommandArguments end(End end) {
        return Command.call(
                        Scripts.END,
                        2,
                        machine.keys().output(run.id()),
                        machine.keys().run(run.id()),
                        Long.toString(length),
                        mayBeginAnew ? "1" : "0",
                        millis(machine.config().keep()),
                        "length",
                        Long.toString(length))
                .addObjects(RunFields.of(end));
    }

    @Override
    public void finish(Replies replies) {
        var error = replies.error();
        if (error.filter(Replies::isFull).isPresent()) {
            full(error.get());
            return;
        }
        if (call != null && replies.size() == 0) { // it has failed to begin
            again(AFTER_ERROR);
            return;
        }
        // What the list, or a key, says does not keep the output from others.
        error.ifPresent(line -> commands.warn("run " + run.id() + ": the store has answered: " + line));
        isFreedThere |= isFreeing;
        isFullSaid = false;
        if (call != null && Replies.isError(replies.last())) {
            again(AFTER_ERROR);
            return;
        }
        if (call != null) {
            finish(replies.last());
        }
        if (!isDone && (sent < run.log().next() || run.log().end() != null)) {
            changed();
        }
    }

    private void again(Duration after) {
        isAnnounced = false;
        if (isSubmitted.compareAndSet(false, true)) {
            commands.submit(this, after);
        }
    }

    private void finish(Object reply) {
        var answer = Replies.list(reply);
        switch (Replies.text(answer.get(0))) {
            case "ok" -> {
                mayBeginAnew = false;
                if (call == Call.APPEND) {
                    sent = appendedTo;
                } else {
                    isDone = true;
                }
            }
            case "at" -> goOn(Long.parseLong(Replies.text(answer.get(1))));
            case "ended" -> hasEnded(Replies.fields(answer.get(1)));
            default -> isAnnounced = false; // it was forgotten there
        }
    }

    /** Redis has all before this offset: what it has lost is sent again. */
    private void goOn(long at) {
        var first = run.log().first();
        isSure = true;
        sent = Math.max(at, first);
        mayBeginAnew = sent > at;
        length = Math.max(at, run.log().next()); // it has more where files were lost when this machine broke down
    }

    /** Whoever ended it first is right: if that was another machine, it was taken for lost. */
    private void hasEnded(Map<String, String> fields) {
        var end = run.log().end();
        if (end == null) {
            LOG.log(Level.WARNING, "run {0}: stopped, as other machines have taken it for lost", run.id());
            run.stop(Reason.LOST);
        } else if (!end.ending().word().equals(fields.get("ended"))) {
            LOG.log(Level.INFO, "run {0}: other machines say that it is {1}", run.id(), fields.get("ended"));
        }
        isDone = true;
    }

    private void full(String error) {
        if (!isFullSaid) {
            LOG.log(Level.WARNING, "run {0}: other machines get it late, as the store is full", run.id());
            isFullSaid = true;
        }
        if (error.contains("OOM ")) {
            makeRoom.run();
        }
        again(AFTER_FULL);
    }

    @Override
    public void lost() {
        isSure = false;
        isAnnounced = false;
        isFreedThere = false;
        changed();
    }
}
