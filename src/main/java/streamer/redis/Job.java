package streamer.redis;

import java.util.List;
import redis.clients.jedis.CommandArguments;

/**
 * Commands that are executed one after the other, with others in the same round trip, and what comes of them.
 *
 * <p>Threads: that of {@link Commands} alone calls it.
 */
interface Job {
    /** The commands that are to be executed now; perhaps none. */
    List<CommandArguments> begin();

    /** The commands have been executed, with these replies, which may be errors of Redis. */
    void finish(Replies replies);

    /** The connection was lost: whether the commands have been executed is not known. */
    void lost();

    /** Whether it is given up if Redis is away. */
    default boolean giveUp(boolean isAway) {
        return false;
    }
}
