package streamer.redis;

import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.commands.ProtocolCommand;

/** Commands of Redis, with their arguments: texts, and bytes. */
final class Command {
    private Command() {}

    /** A command. */
    static CommandArguments of(ProtocolCommand name, Object... arguments) {
        return new CommandArguments(name).addObjects(arguments);
    }

    /** A call of a script, with how many of its arguments are keys. */
    static CommandArguments call(Scripts script, int keys, Object... arguments) {
        return of(Protocol.Command.EVALSHA, script.sha(), Integer.toString(keys))
                .addObjects(arguments);
    }
}
