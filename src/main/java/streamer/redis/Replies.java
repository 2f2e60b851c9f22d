package streamer.redis;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisDataException;

/** Replies of Redis to a job's commands. */
final class Replies {
    /** Errors that say that this server cannot do it now, or not any more: another connection may lead to one that can. */
    private static final List<String> AWAY = List.of(
            "LOADING",
            "READONLY",
            "MASTERDOWN",
            "BUSY",
            "NOSCRIPT",
            "NOAUTH",
            "WRONGPASS",
            "NOREPLICAS",
            "UNBLOCKED",
            "CLUSTERDOWN",
            "ERR max number of clients");

    private final List<Object> replies;

    Replies(List<Object> replies) {
        this.replies = replies;
    }

    /** How many there are. */
    int size() {
        return replies.size();
    }

    /** One of them. */
    Object get(int index) {
        return replies.get(index);
    }

    /** The last one. */
    Object last() {
        return replies.get(replies.size() - 1);
    }

    /** The first error among them. */
    Optional<String> error() {
        return errors().findFirst();
    }

    /** An error that says that the server can do nothing for this client now. */
    Optional<String> away() {
        return errors().filter(Replies::isAway).findFirst();
    }

    /** Whether a reply is an error. */
    static boolean isError(Object reply) {
        return reply instanceof JedisDataException;
    }

    private Stream<String> errors() {
        return replies.stream()
                .filter(Replies::isError)
                .map(error -> String.valueOf(((JedisDataException) error).getMessage()));
    }

    /** Whether an error says that Redis has no memory for more, or cannot write to its disk. */
    static boolean isFull(String error) {
        return error.contains("OOM ") || error.contains("MISCONF ");
    }

    /** Whether an error is that of a server that cannot do anything for this client now. */
    static boolean isAway(String error) {
        return AWAY.stream().anyMatch(word -> error.startsWith(word + " ") || error.contains(": -" + word + " "));
    }

    /** Whether a reply, or a part of one, is the number 1. */
    static boolean isOne(@Nullable Object reply) {
        return Long.valueOf(1).equals(reply);
    }

    /** A reply, or a part of one, as text. */
    static String text(@Nullable Object reply) {
        return reply instanceof byte[] bytes ? new String(bytes, StandardCharsets.UTF_8) : String.valueOf(reply);
    }

    /** A reply, or a part of one, as a list. */
    static List<?> list(@Nullable Object reply) {
        return reply instanceof List<?> list ? list : List.of();
    }

    /** A reply, or a part of one, as a list of texts. */
    static List<String> texts(@Nullable Object reply) {
        return list(reply).stream().map(Replies::text).toList();
    }

    /** Names and values in turn, as a map. */
    static Map<String, String> fields(@Nullable Object reply) {
        var list = list(reply);
        var fields = new HashMap<String, String>();
        for (var i = 0; i + 1 < list.size(); i += 2) {
            fields.put(text(list.get(i)), text(list.get(i + 1)));
        }
        return fields;
    }
}
