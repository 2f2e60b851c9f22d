package streamer.redis;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import redis.clients.jedis.CommandArguments;
import streamer.kept.UnavailableException;

/**
 * A question, or something that may be done twice: tried once more where the connection was lost.
 *
 * @param <T> the answer
 */
final class Ask<T> implements Job {
    static final String AWAY = "The store of runs does not answer.";

    private static final String FULL = "The store of runs is full.";
    private static final String FAILED = "The store of runs has answered with an error, which is in the log.";

    private final Commands commands;
    private final List<CommandArguments> asked;
    private final Function<Replies, T> read;
    private final CompletableFuture<T> answer = new CompletableFuture<>();
    private final Kind kind;
    private boolean isRepeated;

    /** What becomes of it where it fails. */
    private enum Kind {
        /** An error, or a connection that is not soon back, fails all of it. */
        WHOLE,
        /** Each of its commands may be answered with an error. */
        EACH,
        /** It is tried until the store is back. */
        INSISTING
    }

    private Ask(Commands commands, Kind kind, List<CommandArguments> asked, Function<Replies, T> read) {
        this.commands = commands;
        this.kind = kind;
        this.asked = asked;
        this.read = read;
    }

    /** Asks, and reads the answer from the replies. */
    static <T> CompletableFuture<T> of(Commands commands, List<CommandArguments> asked, Function<Replies, T> read) {
        var ask = new Ask<>(commands, Kind.WHOLE, asked, read);
        commands.submit(ask);
        return ask.answer;
    }

    /** The same after this time. */
    static <T> CompletableFuture<T> later(
            Commands commands, Duration after, List<CommandArguments> asked, Function<Replies, T> read) {
        var ask = new Ask<>(commands, Kind.WHOLE, asked, read);
        commands.submit(ask, after);
        return ask.answer;
    }

    /** The same of several questions, each of which may be answered with an error. */
    static <T> CompletableFuture<T> ofEach(Commands commands, List<CommandArguments> asked, Function<Replies, T> read) {
        var ask = new Ask<>(commands, Kind.EACH, asked, read);
        commands.submit(ask);
        return ask.answer;
    }

    /** Has something done, of which nobody waits to hear. */
    static void tell(Commands commands, CommandArguments... told) {
        commands.submit(new Ask<>(commands, Kind.WHOLE, List.of(told), replies -> replies));
    }

    /** Has something done, however long that takes. */
    static void insist(Commands commands, CommandArguments... told) {
        commands.submit(new Ask<>(commands, Kind.INSISTING, List.of(told), replies -> replies));
    }

    @Override
    public List<CommandArguments> begin() {
        return asked;
    }

    @Override
    public void finish(Replies replies) {
        var error = replies.error();
        if (error.isEmpty() || kind == Kind.EACH) {
            try {
                answer.complete(read.apply(replies));
            } catch (RuntimeException e) {
                commands.warn("the store's answer is not understood: " + e);
                fail(FAILED);
            }
        } else if (Replies.isFull(error.get())) {
            fail(FULL);
        } else {
            commands.warn("the store has answered: " + error.get());
            fail(FAILED);
        }
    }

    @Override
    public void lost() {
        if (isRepeated && kind != Kind.INSISTING) {
            fail(AWAY);
        } else {
            isRepeated = true;
            commands.submit(this);
        }
    }

    @Override
    public boolean giveUp(boolean isAway) {
        if (isAway && kind != Kind.INSISTING) {
            fail(AWAY);
            return true;
        }
        return false;
    }

    private void fail(String line) {
        answer.completeExceptionally(new UnavailableException(line));
    }
}
