package streamer.redis;

import java.nio.charset.StandardCharsets;

/**
 * Names of keys, in one database, of one application:
 *
 * <ul>
 *   <li>{@code P:{ID}:run}, a hash: what is known of a run from its start on;
 *   <li>{@code P:{ID}:out}, a stream: its output, and how it ended;
 *   <li>{@code P:{ID}:watched}: somebody watches it on another machine than its own;
 *   <li>{@code P:runs}, a sorted set: all runs by when they were admitted;
 *   <li>{@code P:owner:M}: a lease: machine M answers;
 *   <li>{@code P:ctl:M}, a stream: what machine M is to do;
 *   <li>{@code P:wake:M}, a stream: machine M waits for more;
 *   <li>{@code P:key:D}, {@code P:share:D}: the run that equal requests join, as {@code M:ID}.
 * </ul>
 */
final class Keys {
    private final String prefix;

    /** Names with a prefix {@code P}. */
    Keys(String prefix) {
        this.prefix = prefix;
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    byte[] prefix() {
        return bytes(prefix);
    }

    byte[] run(String id) {
        return bytes(prefix + ":{" + id + "}:run");
    }

    byte[] output(String id) {
        return bytes(prefix + ":{" + id + "}:out");
    }

    byte[] watched(String id) {
        return bytes(prefix + ":{" + id + "}:watched");
    }

    byte[] runs() {
        return bytes(prefix + ":runs");
    }

    byte[] owner(String machine) {
        return bytes(prefix + ":owner:" + machine);
    }

    byte[] control(String machine) {
        return bytes(prefix + ":ctl:" + machine);
    }

    byte[] wake(String machine) {
        return bytes(prefix + ":wake:" + machine);
    }

    byte[] key(String digest) {
        return bytes(prefix + ":key:" + digest);
    }

    byte[] share(String digest) {
        return bytes(prefix + ":share:" + digest);
    }
}
